"""What every department's operators and policy makers can ask: policy with four eyes, and what is stuck."""

from datetime import date
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Path, Response
from pydantic import Field

from contracts.base import Name, Part, Refused, Unknown
from servicekit import http, shell
from servicekit.http import Calling
from servicekit.policy import check_values
from servicekit.work import NOTHING, Handle, Work

router = http.router()
SCOPE = r"^(global|profile:.{1,64}|channel:.{1,64}|product_line:.{1,64}|contract:.{1,64})$"


class PolicyNotValid(Refused):
    """The policy document does not know or cannot hold this."""

    status = 422


class FourEyes(Refused):
    """Whoever proposed it cannot approve it."""


class ProposePolicy(Part):
    """Values for one scope from one day on."""

    scope: Annotated[Name, Field(pattern=SCOPE)]
    valid_from: date
    values: dict[str, Any] = Field(min_length=1, max_length=100)


@router.get("/policy")
async def policy(call: Calling) -> Response:
    """List every version of every scope, proposals included."""
    rows = await call.read(sa.select(shell.policy_row).order_by(shell.policy_row.c.version, shell.policy_row.c.scope))
    return http.answered(200, {"rows": rows})


@router.post("/policy", status_code=201)
async def propose(body: ProposePolicy, call: Calling) -> Response:
    """Propose values; nothing changes until somebody else approves."""
    service = call.desk.service
    async with call.desk.runtime.engine.begin() as conn:
        await conn.execute(sa.text("LOCK TABLE policy_row IN EXCLUSIVE MODE"))
        book = await shell.policies(conn, call.desk.runtime)
        try:
            check_values(service.policy, body.values, book)
        except ValueError as wrong:
            raise PolicyNotValid(str(wrong)[:1000]) from None
        latest = (await conn.execute(sa.select(sa.func.max(shell.policy_row.c.version)))).scalar() or 0
        row = {
            "version": latest + 1,
            "scope": body.scope,
            "valid_from": body.valid_from,
            "values": body.values,
            "proposed_by": call.actor,
        }
        await conn.execute(sa.insert(shell.policy_row).values(row))
    return http.answered(201, {"version": row["version"]})


@router.post("/policy/{version}:approve")
async def approve(version: Annotated[int, Path(ge=1, le=2**31 - 1)], call: Calling) -> Response:
    """Put a proposal into force; the proposer cannot."""
    t = shell.policy_row
    async with call.desk.runtime.engine.begin() as conn:
        row = (await conn.execute(sa.select(t).where(t.c.version == version).with_for_update())).first()
        if row is None:
            raise Unknown(f"There is no policy version {version}.")
        if row.proposed_by == call.actor:
            raise FourEyes
        await conn.execute(
            sa.update(t).where(t.c.version == version, t.c.approved_by.is_(None)).values(approved_by=call.actor)
        )
    return http.answered(200, {"version": version})


@router.get("/parked")
async def parked(call: Calling, state: str = "") -> Response:
    """List what waits, what failed and what is dead, the oldest first, with the reason."""
    t = shell.parked
    columns = [c for c in t.c if c.name != "body"]
    query = sa.select(*columns, sa.func.encode(t.c.body, "escape").label("body")).order_by(t.c.first_at).limit(500)
    rows = await call.read(query.where(t.c.state == state) if state else query)
    return http.answered(200, {"messages": rows})


@router.post("/parked/{message_id}:redrive")
async def redrive(message_id: str, call: Calling) -> Response:
    """Try a parked or dead message once more, under its own id; the inbox still protects."""
    t = shell.parked
    service, runtime = call.desk.service, call.desk.runtime
    async with runtime.engine.begin() as conn:
        row = (await conn.execute(sa.select(t).where(t.c.message_id == message_id).with_for_update())).first()
        if row is None:
            raise Unknown("There is no such parked message.")
        if row.state != "dead":
            await conn.execute(
                sa.update(t).where(t.c.message_id == message_id).values(state="waiting", reason="redriven")
            )
    if row.state == "dead":
        await shell.run(service, runtime, [_reread(call, row)])
        # Only now: after a crash in between it is dead and done, and when it is tried again the inbox knows it.
        async with runtime.engine.begin() as conn:
            await conn.execute(sa.delete(t).where(t.c.message_id == message_id))
    else:
        await shell.run(service, runtime, [nudge(row.key)])
    return http.answered(200, {"message_id": message_id})


class StillUnreadable(Refused):
    """The message can still not be read."""


def _reread(call: http.Call, row: Any) -> Work:
    known = call.desk.service.listens_to()
    try:
        return shell.message(
            call.desk.service, known[row.type], row.body, row.headers, (row.topic, row.partition, row.position)
        )
    except (ValueError, KeyError) as wrong:
        raise StillUnreadable(str(wrong)[:500]) from None


def nudge(key: str) -> Work:
    """Make work that changes nothing itself, so that what waits under the key is tried again."""
    return Work(f"nudge:{key}", None, Handle(lambda _unit, _news: NOTHING, lambda _news, _now: ()), key)
