"""The bare endpoint: FastAPI and asyncpg, one request, one transaction, the commits of one command and nothing else.

The limit that one request per command is measured against. Run by `desks.py`: `python bench/bare_http.py DSN PORT`.
"""

import json
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import uvicorn
from fastapi import FastAPI, Request

SCHEMA = """
CREATE TABLE IF NOT EXISTS request (id text PRIMARY KEY, answer text NOT NULL);
CREATE TABLE IF NOT EXISTS state (id text PRIMARY KEY, version int NOT NULL, body jsonb NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text, payload text);
"""


def application(dsn: str) -> FastAPI:
    """Make the endpoint."""

    @asynccontextmanager
    async def pool(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=4, max_size=6) as app.state.pool:
            await app.state.pool.execute(SCHEMA)
            yield

    app = FastAPI(lifespan=pool)

    @app.post("/complaints", status_code=201)
    async def register(request: Request) -> dict[str, Any]:
        body = await request.json()
        key, case = request.headers["idempotency-key"], str(uuid.uuid4())  # noqa: TID251  no Runtime here
        text, answer = json.dumps(body), {"case_id": case}
        async with request.app.state.pool.acquire() as conn, conn.transaction():
            known = await conn.fetchval("SELECT answer FROM request WHERE id = $1", key)
            if known is not None:
                return json.loads(known)  # type: ignore[no-any-return]  # what was answered before
            await conn.execute("INSERT INTO state VALUES ($1, 1, $2)", case, text)
            await conn.execute("INSERT INTO outbox (key, payload) VALUES ($1, $2)", case, text)
            await conn.execute("INSERT INTO request VALUES ($1, $2)", key, json.dumps(answer))
        return answer

    return app


if __name__ == "__main__":
    uvicorn.run(
        application(sys.argv[1]), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False
    )
