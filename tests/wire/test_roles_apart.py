"""A department's api, workers and relays as processes of their own, two of a kind: every case still ends once."""

from typing import Any

import httpx

APART = ("api", "worker", "worker", "relay", "relay")


async def test_cases_end_once_with_the_roles_apart_and_two_of_each(system: Any, patiently: Any) -> None:
    environment = system.environment("rma")
    await system.kill("rma")
    ports = [int(environment["REDLETTER_PORT"]), *system.free_ports(len(APART) - 1)]
    for role, port in zip(APART, ports, strict=True):
        system.spawn("rma", environment, REDLETTER_ROLES=role, REDLETTER_PORT=str(port))

    async def says(port: int) -> str:
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"http://127.0.0.1:{port}/startupz")).text
        except httpx.TransportError as away:
            return type(away).__name__

    async def all_started() -> bool:
        answers[:] = [await says(port) for port in ports]
        return answers == ["started"] * len(ports)

    answers: list[str] = []
    try:
        await patiently(all_started, "all roles run")
    except AssertionError as never:
        never.add_note(f"{answers} {await system.says()}")
        raise
    cases = await system.register(60)
    await system.end(cases)

    assert (await system.get("rma", f"/cases/{cases[0]}")).json()["stage"] == "SETTLED"
    async with httpx.AsyncClient() as client:
        gauges = [(await client.get(f"http://127.0.0.1:{port}/metrics")).text for port in ports[1:3]]
    assert all('redletter_consumer_lag{service="rma"} 0.0' in text for text in gauges)


async def test_one_of_two_workers_and_relays_is_killed_and_the_others_take_over(system: Any, patiently: Any) -> None:
    environment = system.environment("rma")
    second = system.spawn(
        "rma", environment, REDLETTER_ROLES="worker,relay", REDLETTER_PORT=str(system.free_ports(1)[0])
    )
    await system.end(await system.register(10))

    cases = await system.register(20)
    await system.kill("rma")
    await system.end(cases)
    assert second.poll() is None
