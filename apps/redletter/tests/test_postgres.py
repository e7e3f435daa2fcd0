import os

import asyncpg
import pytest

from redletter import embedded
from redletter.state import read


async def query(dsn, statement):
    connection = await asyncpg.connect(dsn.replace("+asyncpg", ""))
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


def server(home):
    return read(home).processes["postgres"].pid


async def test_what_was_committed_survives_a_kill_of_the_server(home, kill):
    dsn = (await embedded.postgres(home, ["intake"]))["intake"]
    await query(dsn, "CREATE TABLE complaint (id int)")
    await query(dsn, "INSERT INTO complaint VALUES (7)")
    await kill(server(home))

    dsn = (await embedded.postgres(home, ["intake"]))["intake"]

    assert [row["id"] for row in await query(dsn, "SELECT id FROM complaint")] == [7]
    assert [row[0] for row in await query(dsn, "SHOW fsync")] == ["on"]


async def test_starting_twice_starts_once_and_adds_what_is_new(home):
    await embedded.postgres(home, ["intake"])
    first = server(home)

    dsns = await embedded.postgres(home, ["intake", "finance"])

    assert server(home) == first
    assert [row[0] for row in await query(dsns["finance"], "SELECT current_user")] == ["finance"]


async def test_a_department_cannot_open_the_database_of_another(home):
    dsns = await embedded.postgres(home, ["intake", "finance"])

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await query(dsns["intake"].replace("redletter_intake", "redletter_finance"), "SELECT 1")


async def test_a_lock_file_whose_pid_belongs_to_a_stranger_does_not_stop_it(home):
    await embedded.postgres(home, [])
    await embedded.stop(home)
    (home / "postgres" / "postmaster.pid").write_text(f"{os.getppid()}\n{home / 'postgres'}\n0\n5432\n\n\n\n")

    dsns = await embedded.postgres(home, ["rma"])

    assert [row[0] for row in await query(dsns["rma"], "SELECT 1")] == [1]


async def test_passwords_are_for_the_owner_only(home):
    await embedded.postgres(home, [])

    assert (home / "state.json").stat().st_mode & 0o077 == 0
