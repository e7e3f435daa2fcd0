"""Nothing is broken here: what the other tests call the end of a case is what happens in peace."""

from typing import Any


async def test_a_small_allowance_goes_through_the_house_by_itself(system: Any) -> None:
    await system.end(await system.register(20))
