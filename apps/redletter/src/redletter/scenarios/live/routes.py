"""By which route is a command given? Read from the service's own routers, so that no table can fall behind them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from servicekit.work import Handle, Service


class Route(NamedTuple):
    """Where a command goes, and what its sender must be allowed."""

    path: str
    scope: str

    @property
    def bulk(self) -> bool:
        """Whether it takes many at once."""
        return self.path.endswith(":bulk")

    @property
    def record(self) -> str:
        """Give the path of the record that the command changes; nothing when it makes a new one."""
        return self.path.partition(":")[0] if "{" in self.path else ""

    def of(self, path: str, key: str) -> str:
        """Write a key into a path, in all its parts."""
        begin, _, rest = path.partition("{")
        return f"{begin}{key}{rest.rpartition('}')[2]}" if rest else path


def routes(service: Service) -> Mapping[Handle, Route]:
    """Find for each handle the route that gives its commands; one at a time rather than in bulk."""
    found: dict[Handle, Route] = {}
    for handle, operation in _given(service):
        route = Route(operation.removeprefix("POST "), service.operations[operation])
        if handle not in found or found[handle].bulk:
            found[handle] = route
    return found


def _given(service: Service) -> Iterator[tuple[Handle, str]]:
    for router in service.routers:
        for route in router.routes:
            operation = f"POST {route.path}"
            if operation in service.operations and "POST" in route.methods:
                yield from ((handle, operation) for handle in _named(route.endpoint))


def _named(endpoint: Any) -> Iterable[Handle]:
    """Give the handles that the code of an endpoint names."""
    words = endpoint.__code__.co_names
    things = [endpoint.__globals__[word] for word in words if word in endpoint.__globals__]
    inside = [getattr(thing, word, None) for thing in things for word in words]
    return [each for each in (*things, *inside) if isinstance(each, Handle)]
