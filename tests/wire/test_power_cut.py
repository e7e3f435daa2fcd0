"""Everything dies at once and is started again: a case begun before ends after."""

from typing import Any


async def test_a_case_begun_before_a_power_cut_ends_after_it(system: Any) -> None:
    cases = await system.register(40)
    await system.kill(*system.running.pids)

    await system.up()

    await system.end(cases)
