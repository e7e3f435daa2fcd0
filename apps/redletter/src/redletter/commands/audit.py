"""Is what accounting has written still what it wrote?"""

import json
from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import create_async_engine

from finance.views.audit import Verified, verify
from redletter.columns import lines
from redletter.console import do, out
from redletter.reach import house

app = typer.Typer()
audit = typer.Typer(no_args_is_help=True, help="Look after the audit trail of accounting.")
app.add_typer(audit, name="audit")


@audit.callback()
def _group() -> None:
    """Keep `verify` a word of its own."""


@audit.command("verify")
def verify_trail(
    entity: Annotated[str, typer.Option(help="Only the chain of this legal entity.")] = "",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hash every record of the trail again, and read every document and entry again that it names.

    It reads the database itself, so it works while accounting is down. Exit code 1 names what is not as it was written.

    Example: redletter audit verify --entity CN01
    """
    seen = do(_verified(entity))
    if as_json:
        findings = [finding._asdict() for finding in seen.findings]
        out.print_json(json.dumps({**seen._asdict(), "findings": findings}))
    else:
        for line in lines([f._asdict() for f in seen.findings], entity="entity", row="row", wrong="wrong"):
            out.print(line, markup=False)
        out.print(f"{seen.records} records and {seen.papers} papers, {len(seen.findings)} not as written")
        for name, digest in seen.heads.items():
            out.print(f"{name or 'no entity'} ends with {digest}", markup=False)
    if seen.findings:
        raise typer.Exit(1)


async def _verified(entity: str) -> Verified:
    async with house("postgres") as departments:
        engine = create_async_engine(departments.dsns["finance"])
        try:
            async with engine.connect() as conn:
                return await verify(conn, entity)
        finally:
            await engine.dispose()
