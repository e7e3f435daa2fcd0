"""HTTP for a department: commands with idempotency keys and versions, problems in words, nothing without a scope."""

import asyncio
import hashlib
import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import sqlalchemy as sa
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field
from sqlalchemy.dialects.postgresql import aggregate_order_by
from starlette.exceptions import HTTPException

from contracts.base import PRINTABLE, CaseId, Code, Part, Refused, Unknown
from servicekit import shell, sql, telemetry
from servicekit.auth import NotAllowed, Verifier
from servicekit.runtime import OUTAGES, Runtime
from servicekit.work import Answer, Handle, Service, Work

log = logging.getLogger(__name__)
B = TypeVar("B", bound=BaseModel)
LIMIT = 262_144
BULK_LIMIT = 4_194_304
TOGETHER = 500
LONGEST_PAGE = 1000


class KeyMissing(Refused):
    """Send an Idempotency-Key header of 1 to 255 characters, so that a repeated request has one effect."""

    status = 400


class VersionMissing(Refused):
    """Send an If-Match header with the version that you have read (ETag)."""

    status = 428


class BadJson(Refused):
    """The body is not JSON that can be read."""

    status = 400


class TooLarge(Refused):
    """The body is larger than is taken here."""

    status = 413


class PageTooLong(Refused):
    """So many records are not given at once."""

    status = 422


class NotThere(Refused):
    """The service cannot reach its database right now; try again."""

    status = 503


class Item(Part, Generic[B]):
    """One command of a bulk: its own key, the record it changes (none for a new one), and its body."""

    key: Code
    case_id: CaseId | None = None
    if_match: int | None = None
    body: B


class Bulk(Part, Generic[B]):
    """Up to a thousand commands, each taken or refused by itself."""

    items: tuple[Item[B], ...] = Field(min_length=1, max_length=1000)


@dataclass(frozen=True)
class Asked(Generic[B]):
    """A command for one record, as a handler sees it."""

    case_id: str
    body: B


class Desk:
    """Takes the commands of concurrent requests together: one transaction for all that came while the last one ran."""

    def __init__(self, service: Service, runtime: Runtime) -> None:
        self.service, self.runtime = service, runtime
        self.waiting: list[tuple[Sequence[Work], asyncio.Future[list[Answer]]]] = []
        self.busy = False

    async def take(self, works: Sequence[Work]) -> list[Answer]:
        """Have commands done, perhaps together with those of others; the answer to each, in order."""
        answers: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        self.waiting.append((works, answers))
        if not self.busy:
            self.busy = True
            try:
                while self.waiting:
                    await self._do(self._together())
            finally:
                self.busy = False
        return await answers

    def _together(self) -> list[tuple[Sequence[Work], asyncio.Future[list[Answer]]]]:
        """Take from the queue what makes one batch: at least one request, and no more than fits."""
        size = count = 0
        for works, _ in self.waiting:
            size += len(works)
            if count and size > TOGETHER:
                break
            count += 1
        together, self.waiting = self.waiting[:count], self.waiting[count:]
        return together

    async def _do(self, together: Sequence[tuple[Sequence[Work], asyncio.Future[list[Answer]]]]) -> None:
        try:
            answers = await shell.run(self.service, self.runtime, [work for works, _ in together for work in works])
        except BaseException as outage:
            for _, waits in together:
                if not waits.done():
                    waits.set_exception(outage if isinstance(outage, Exception) else NotThere())
            if not isinstance(outage, Exception):
                raise
            return
        start = 0
        for works, waits in together:
            if not waits.done():
                waits.set_result(answers[start : start + len(works)])
            start += len(works)


@dataclass(frozen=True)
class Call:
    """One request on its way to the shell."""

    request: Request
    desk: Desk

    @property
    def actor(self) -> str:
        """Who asks."""
        name: str = self.request.state.principal.name
        return name

    async def do(self, handle: Handle, body: BaseModel, case_id: str | None = None, status: int = 200) -> Response:
        """Have one command done and say how it went: on the record `case_id`, or on a new one."""
        key = self.request.headers.get("idempotency-key", "")
        if not 0 < len(key) <= 255:  # noqa: PLR2004  the header's own limit
            raise KeyMissing
        seen = self.request.headers.get("if-match")
        if case_id is not None and seen is None:
            raise VersionMissing
        version = _version(seen) if case_id is not None else None
        work = self._work(handle, key, body, case_id, version, status)
        return _response((await self.desk.take([work]))[0])

    async def do_many(self, handle: Handle, bulk: Bulk[Any], status: int = 200) -> Response:
        """Have many commands done in one transaction, each with its own answer, in order."""
        works = [self._work(handle, i.key, i.body, i.case_id, i.if_match, status) for i in bulk.items]
        answers = await self.desk.take(works)
        results = [{"status": a.status, "version": a.version, "body": a.body} for a in answers]
        return answered(200, {"results": results})

    def _work(
        self, handle: Handle, key: str, body: BaseModel, case_id: str | None, if_match: int | None, status: int
    ) -> Work:
        said = body.model_dump_json()
        route: str = self.request.scope["route"].path
        target = case_id or self.desk.runtime.new_id()
        return Work(
            id=_digest(self.actor, route.removesuffix(":bulk"), key),
            news=Asked(target, body),
            handle=handle,
            key=target,
            trace=telemetry.taken_over(self.request.headers.get("traceparent", "")),
            actor=self.actor,
            source=self.request.client.host if self.request.client else "",
            scopes=self.request.state.principal.scopes,
            if_match=if_match,
            fingerprint=_digest(case_id or "", said),
            status=status,
        )

    async def read(self, query: sa.Select[Any]) -> list[dict[str, Any]]:
        """Read rows shaped for the answer."""
        async with sql.autocommit(self.desk.runtime.engine).connect() as conn:
            return [dict(row._mapping) for row in await conn.execute(query)]  # noqa: SLF001  public by documentation

    async def rows(self, statement: Any, values: Mapping[str, Any]) -> Sequence[Any]:
        """Ask a question that was built once, to be read by place."""
        async with sql.autocommit(self.desk.runtime.engine).connect() as conn:
            return await sql.rows(conn, statement, values)

    async def read_one(self, table: sa.Table, key: str, what: str) -> Response:
        """Read one record with its version as ETag.

        Raises:
            Unknown: there is none.
        """
        rows = await self.read(sa.select(table.c.version, table.c.body).where(table.c.id == key))
        if not rows:
            raise Unknown(f"There is no {what}.")
        return answered(200, {**rows[0]["body"], "version": rows[0]["version"]}, {"ETag": f'"{rows[0]["version"]}"'})


async def page(call: Call, table: sa.Table, where: sa.ColumnElement[bool] | None = None, **equals: str) -> Response:
    """Answer the aggregates that match: `?limit=` of them (100 unless told), the longest unchanged first.

    With `?limit=0` only how many there are. Worklists read well this way: what is done leaves the list.
    """
    conditions = [table.c[name] == value for name, value in equals.items() if value]
    if where is not None:
        conditions.append(where)
    limit = _limit(call.request.query_params.get("limit", "100"))
    if limit == 0:
        rows = await call.read(sa.select(sa.func.count().label("total")).select_from(table).where(*conditions))
        return answered(200, {"total": rows[0]["total"]})
    picked = sa.select(table).where(*conditions).order_by(table.c.changed_at).limit(limit).subquery().c
    extra = sa.func.jsonb_build_object("id", picked.id, "version", picked.version)
    # The database writes the JSON: a page of hundreds would otherwise be read and written once more here.
    items = sa.func.json_agg(aggregate_order_by(picked.body.concat(extra), picked.changed_at))
    rows = await call.read(sa.select(sa.func.coalesce(sa.cast(items, sa.Text), "[]").label("items")))
    return Response(f'{{"items": {rows[0]["items"]}}}', 200, {"Cache-Control": "no-store"}, "application/json")


def _limit(text: str) -> int:
    if not re.fullmatch("[0-9]{1,4}", text) or int(text) > LONGEST_PAGE:
        raise PageTooLong(f"limit is a number from 0 to {LONGEST_PAGE}.")
    return int(text)


async def call(request: Request) -> Call:
    """Give the request's way to the shell (a FastAPI dependency)."""
    return Call(request, request.app.state.desk)


Calling = Annotated[Call, Depends(call)]


class Guarded(APIRoute):
    """A route that asks for its scope before it reads anything, and reads JSON that cannot hurt."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]  # FastAPI's is a coroutine of Any
        inner = super().get_route_handler()
        operation = f"{next(iter(self.methods or ()))} {self.path}"

        async def guarded(request: Request) -> Response:
            state = request.app.state
            scope = state.desk.service.operations[operation]
            now = int(state.desk.runtime.now().timestamp())
            request.state.principal = state.verifier.principal(_only(request, "authorization"), now)
            if scope not in request.state.principal.scopes:
                raise NotAllowed(f"This needs the scope {scope}.")
            if request.method == "POST":
                request._body = await _body(request)  # noqa: SLF001  FastAPI reads both from here
                request._json = harmless(request._body)  # noqa: SLF001  see above
            return await inner(request)

        return guarded


def router() -> APIRouter:
    """Make a router whose routes are guarded."""
    return APIRouter(route_class=Guarded)


async def _body(request: Request) -> bytes:
    """Read the body, and no further than its limit.

    Raises:
        TooLarge: there is more.
    """
    limit, body = BULK_LIMIT if request.url.path.endswith(":bulk") else LIMIT, bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(f"At most {limit} bytes are taken here.")
    return bytes(body)


def harmless(body: bytes) -> Any:
    """Read JSON as RFC 8259 has it: UTF-8, no NaN, no endless numbers, no bottomless nesting.

    Raises:
        BadJson: with what is wrong in words.
    """
    if not body:
        return None
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as wrong:
        raise BadJson(f"The body is not JSON that can be read: {str(wrong)[:200]}") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _only(request: Request, header: str) -> str | None:
    values = request.headers.getlist(header)
    return values[0] if len(values) == 1 else None


def _version(header: str | None) -> int:
    try:
        return int((header or "").strip().removeprefix("W/").strip('"'))
    except ValueError:
        raise VersionMissing('If-Match must be a version such as "3".') from None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _response(answer: Answer) -> Response:
    headers = {} if answer.version is None else {"ETag": f'"{answer.version}"'}
    if answer.repeated:
        headers["Idempotent-Replayed"] = "true"
    return answered(answer.status, answer.body, headers)


def answered(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    kind = "application/problem+json" if status >= 400 else "application/json"  # noqa: PLR2004  the first error status
    text = json.dumps(body, default=str, ensure_ascii=False)
    return Response(text, status, {"Cache-Control": "no-store", **(headers or {})}, kind)


def said_no(no: Refused) -> Response:
    """Answer a refusal as a problem."""
    extra = {"Retry-After": "1"} if no.status in {409, 503} else {}
    if no.status == 401:  # noqa: PLR2004  RFC 9110 wants the challenge beside it
        extra["WWW-Authenticate"] = "Bearer"
    answer = shell.problem(no)
    return answered(answer.status, answer.body, extra)


class InvalidRequest(Refused):
    """Some fields are missing or cannot be read; see `errors`."""

    status = 422


def build(service: Service, runtime: Runtime, verifier: Verifier) -> FastAPI:
    """Build the department's HTTP application.

    Raises:
        RuntimeError: the routes and the table of operations differ.
    """
    app = FastAPI(title=f"Redletter {service.name}", version="1", redirect_slashes=False)
    app.state.desk = Desk(service, runtime)
    app.state.verifier = verifier
    for each in service.routers:
        app.include_router(each)
    check_operations(service, [route for each in service.routers for route in each.routes])

    @app.exception_handler(Refused)
    async def refused(_request: Request, no: Refused) -> Response:
        return said_no(no)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, wrong: RequestValidationError) -> Response:
        errors = [{"field": ".".join(map(str, e["loc"])), "message": _in_words(e)} for e in wrong.errors()[:50]]
        no = InvalidRequest()
        return answered(no.status, {**shell.problem(no).body, "errors": _printable(errors)})

    @app.exception_handler(HTTPException)
    async def http(_request: Request, wrong: HTTPException) -> Response:
        body = {"type": "about:blank", "title": wrong.detail, "status": wrong.status_code, "code": "http"}
        return answered(wrong.status_code, body, dict(wrong.headers or {}))

    async def outage(_request: Request, wrong: Exception) -> Response:
        if str(getattr(getattr(wrong, "orig", None), "sqlstate", ""))[:2] == "22":
            return said_no(InvalidRequest("A path or a question holds what no record can, such as a NUL."))
        log.warning("database: %s", wrong)
        return said_no(NotThere())

    for kind in OUTAGES:
        app.add_exception_handler(kind, outage)
    return app


def _in_words(error: dict[str, Any]) -> str:
    """Say what a regular expression says."""
    unprintable = error.get("ctx", {}).get("pattern") == PRINTABLE
    return "contains control characters" if unprintable else str(error["msg"])


def _printable(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str).replace("\\ud", "\\\\ud"))


def check_operations(service: Service, routes: Iterable[Any]) -> None:
    """Refuse to start when a route has no scope in the table, or the table has no route."""
    made = {f"{m} {r.path}" for r in routes if isinstance(r, Guarded) for m in r.methods or ()}
    told = set(service.operations)
    if made != told:
        raise RuntimeError(f"{service.name}: routes and access table differ: {sorted(made ^ told)}")
