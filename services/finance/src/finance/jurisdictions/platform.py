"""The tax platform, as a provider offers it over HTTP: one function for each operation, given to the runtime."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncEngine

from finance.settings import Platform
from servicekit.runtime import Runtime

if TYPE_CHECKING:
    import httpx

OPERATIONS = ("submit", "query", "withdraw", "confirm", "reject")
Ask = Callable[[Any], Awaitable[Any]]
SECONDS = 8.0


def over_http(client: "httpx.AsyncClient") -> Mapping[str, Ask]:
    """Give the operations of a provider: each a POST with the serial, answered by the form as it stands there.

    An answer of 4xx is a definite refusal; anything else that is no answer leaves us without one.
    """

    def operation(name: str) -> Ask:
        async def ask(question: Any) -> Any:
            answer = await client.post(f"/forms:{name}", json=question)
            if 400 <= answer.status_code < 500:  # noqa: PLR2004  the caller's errors: it was not taken
                return {"serial": question["serial"], "refused": answer.json().get("code", "refused")}
            return answer.raise_for_status().json()

        return ask

    return {name: operation(name) for name in OPERATIONS}


def runtime(engine: AsyncEngine) -> Runtime:
    """Give the process what it works with; without a platform's address there is none to ask."""
    url = Platform().tax_platform
    if not url:
        return Runtime(engine)
    import httpx  # noqa: PLC0415  who asks no platform need not keep a client in memory

    return Runtime(engine, partners=over_http(httpx.AsyncClient(base_url=url, timeout=SECONDS)))
