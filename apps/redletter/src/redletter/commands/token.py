"""Access tokens for trying the API."""

from typing import Annotated

import typer

from contracts.access import ROLES
from redletter import issuer
from redletter.console import USAGE, fail
from redletter.state import default_home

app = typer.Typer()


@app.command()
def token(
    role: Annotated[str, typer.Option(help=f"One of: {', '.join(sorted(ROLES))}.")],
    sub: Annotated[str, typer.Option(help="Who it speaks for; the role's name if left out.")] = "",
    minutes: Annotated[int, typer.Option(min=1, max=60 * 24 * 30)] = 60,
) -> None:
    """Sign an access token of the development issuer for a role.

    Example: curl -H "Authorization: Bearer $(redletter token --role clerk)" http://127.0.0.1:8101/complaints
    """
    from servicekit.runtime import wall_clock  # noqa: PLC0415  brings SQLAlchemy, which no other command waits for

    if role not in ROLES:
        fail(f"there is no role {role}; there are: {', '.join(sorted(ROLES))}", USAGE)
    typer.echo(issuer.token(default_home(), role, wall_clock(), sub=sub, minutes=minutes))
