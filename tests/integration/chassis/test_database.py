"""The unit of work and its two roles, on a real Postgres."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from chassis.database import INFRASTRUCTURE, Database, open_connection, open_pool
from chassis.ids import new_id
from chassis.settings import DatabaseSettings, Settings
from chassis.testing import eventually

notes = sa.Table(
    "notes",
    sa.MetaData(),
    sa.Column("note_id", sa.Integer),
    sa.Column("organization_id", sa.Uuid),
    sa.Column("body", sa.Text),
    sa.Column("extra", postgresql.JSONB),
)
NORTHSIDE, LAKEVIEW = UUID(int=1), UUID(int=2)


async def test_an_error_undoes_state_and_event_alike(database: Database, text: Callable[..., Any]) -> None:
    async def fail() -> None:
        async with database.work() as transaction:
            await transaction.execute("INSERT INTO notes VALUES (1, $1)", NORTHSIDE)
            transaction.append(text(new_id()))
            transaction.after_commit(lambda: pytest.fail("it was never committed"))
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await fail()
    async with database.work() as transaction:
        assert await transaction.fetch_value("SELECT count(*) FROM notes") == 0
        assert await transaction.fetch_value("SELECT count(*) FROM outbox") == 0


async def test_state_and_event_are_committed_together_and_only_then_told(
    database: Database, text: Callable[..., Any]
) -> None:
    told: list[str] = []
    first, second = text(new_id(), "one"), text(new_id(), "two")
    async with database.work() as transaction:
        await transaction.execute("INSERT INTO notes VALUES (1, $1)", NORTHSIDE)
        transaction.append(first)
        transaction.append(second)
        transaction.after_commit(lambda: told.append("committed"))
        assert await database.work_pool.fetchval("SELECT count(*) FROM outbox") == 0
        assert told == []
    assert told == ["committed"]
    rows = await database.work_pool.fetch("SELECT * FROM outbox ORDER BY seq")
    assert [row["id"] for row in rows] == [first.event_id, second.event_id]
    assert rows[0]["aggregatetype"] == "callsnare.inbound"
    assert rows[0]["aggregateid"] == str(first.homeowner_id)
    assert rows[0]["type"] == "text.received.v1"
    assert rows[0]["headers"]["ce_id"] == str(first.event_id)


async def test_a_commit_with_events_rings_the_relay_at_once(database: Database, text: Callable[..., Any]) -> None:
    async with database.work() as transaction:
        transaction.append(text(new_id()))
    assert await database.relay_bell.wait(0.001)
    async with database.work() as transaction:
        await transaction.execute("SELECT 1")
    assert not await database.relay_bell.wait(0.001)


async def test_a_single_statement_commits_by_itself_and_rings_the_relay(database: Database) -> None:
    told: list[str] = []
    async with database.statements() as transaction:
        await transaction.execute("INSERT INTO notes VALUES (1, $1)", NORTHSIDE)
        transaction.wrote()
        transaction.after_commit(lambda: told.append("committed"))
        assert await database.work_pool.fetchval("SELECT count(*) FROM notes") == 1
    assert told == ["committed"]
    assert await database.relay_bell.wait(0.001)


async def test_nothing_can_be_appended_beside_a_single_statement(database: Database, text: Callable[..., Any]) -> None:
    with pytest.raises(RuntimeError, match="its events itself"):
        async with database.statements() as transaction:
            transaction.append(text(new_id()))


async def test_the_web_role_sees_and_writes_one_organization(database: Database) -> None:
    async with database.work() as transaction:
        await transaction.execute("INSERT INTO notes VALUES (1, $1), (2, $2)", NORTHSIDE, LAKEVIEW)
    async with database.web(NORTHSIDE) as transaction:
        assert [row["note_id"] for row in await transaction.fetch("SELECT * FROM notes")] == [1]
        assert await transaction.execute("UPDATE notes SET body = 'mine'") == "UPDATE 1"
        assert await transaction.execute("DELETE FROM notes WHERE organization_id = $1", LAKEVIEW) == "DELETE 0"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.web(NORTHSIDE) as transaction:
            await transaction.execute("INSERT INTO notes VALUES (3, $1)", LAKEVIEW)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.web(NORTHSIDE) as transaction:
            await transaction.execute("UPDATE notes SET organization_id = $1", LAKEVIEW)


async def test_the_web_role_without_an_organization_sees_nothing(database: Database) -> None:
    async with database.work() as transaction:
        await transaction.execute("INSERT INTO notes VALUES (1, $1)", NORTHSIDE)
    async with database.web(NORTHSIDE) as transaction:
        assert len(await transaction.fetch("SELECT * FROM notes")) == 1
    for _ in range(3):  # also on a connection that served an organization before
        assert await database.web_pool.fetch("SELECT * FROM notes") == []


@pytest.mark.parametrize(
    "attempt",
    [
        "SET ROLE sample_work",
        "SET SESSION AUTHORIZATION sample_owner",
        "ALTER TABLE notes DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE notes NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY web ON notes",
        "CREATE POLICY mine ON notes USING (true)",
        "ALTER ROLE sample_web BYPASSRLS",
        "CREATE FUNCTION all_notes() RETURNS SETOF notes LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM notes'",
        "SELECT * FROM outbox",
        "SELECT * FROM inbox",
        "SELECT * FROM parked",
        "DELETE FROM outbox",
        "TRUNCATE notes",
    ],
)
async def test_the_web_role_cannot_get_around_its_limits(database: Database, attempt: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.web(NORTHSIDE) as transaction:
            await transaction.execute(attempt)


async def test_row_security_cannot_be_switched_off_by_the_web_role(database: Database) -> None:
    async with database.web_pool.acquire() as connection:
        begun = connection.transaction()
        await begun.start()
        await connection.execute("SET LOCAL row_security = off")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await connection.fetch("SELECT * FROM notes")
        await begun.rollback()


async def test_the_web_role_appends_events_without_reading_them(database: Database, text: Callable[..., Any]) -> None:
    async with database.web(NORTHSIDE) as transaction:
        transaction.append(text(new_id()))
    assert await database.work_pool.fetchval("SELECT count(*) FROM outbox") == 1


async def test_a_slow_statement_is_ended(addresses: DatabaseSettings) -> None:
    pool = await open_pool(dsn=addresses.web, name="callbacks", statement_seconds=0.2, size=1)
    with pytest.raises(asyncpg.QueryCanceledError):
        await pool.fetchval("SELECT pg_sleep(5)")
    assert await pool.fetchval("SELECT 1") == 1
    await pool.close()


async def test_a_lock_is_waited_for_one_second(database: Database) -> None:
    async with database.work() as transaction:
        await transaction.execute("INSERT INTO notes VALUES (1, $1)", NORTHSIDE)
    async with database.work() as holder:
        await holder.execute("UPDATE notes SET body = 'held'")
        began = asyncio.get_running_loop().time()
        with pytest.raises(asyncpg.LockNotAvailableError):
            async with database.work() as other:
                await other.execute("UPDATE notes SET body = 'never'")
        assert 0.9 < asyncio.get_running_loop().time() - began < 10


async def test_limits_of_each_role_are_those_of_the_architecture(database: Database) -> None:
    show = "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'), current_setting('jit')"
    assert list(map(tuple, await database.web_pool.fetch(show))) == [("5s", "1s", "off")]
    assert list(map(tuple, await database.work_pool.fetch(show))) == [("30s", "1s", "off")]


async def test_core_statements_and_text_share_one_transaction(database: Database) -> None:
    async with database.work() as transaction:
        for number in (1, 2, 3):
            await transaction.execute(
                sa.insert(notes).values(
                    note_id=number, organization_id=NORTHSIDE, body=f"n{number}", extra={"n": number}
                )
            )
        assert await transaction.fetch_value("SELECT count(*) FROM notes") == 3
        chosen = sa.select(notes.c.note_id, notes.c.extra).order_by(notes.c.note_id)
        one = await transaction.fetch(chosen.where(notes.c.note_id.in_([3])))
        two = await transaction.fetch(chosen.where(notes.c.note_id.in_([1, 2])))
        none = await transaction.fetch(chosen.where(notes.c.note_id.in_([])))
        assert [[row["note_id"] for row in rows] for rows in (one, two, none)] == [[3], [1, 2], []]
        assert one[0]["extra"] == {"n": 3}
        assert await transaction.fetch_one(chosen.where(notes.c.body == "absent")) is None


async def test_a_value_that_fits_no_column_is_not_taken_for_trouble_of_the_engine(database: Database) -> None:
    """Else a consumer would wait for Postgres for ever because of one record."""
    for statement, value in (("INSERT INTO notes VALUES ($1, $2)", 2**40), ("SELECT $1::text, $2::uuid", "nul \0")):
        with pytest.raises(Exception) as caught:
            async with database.work() as transaction:
                await transaction.execute(statement, value, NORTHSIDE)
        assert not isinstance(caught.value, INFRASTRUCTURE), caught.value


async def test_work_that_is_cancelled_leaves_nothing_and_gives_its_connection_back(database: Database) -> None:
    async def slow(number: int) -> None:
        async with database.work() as transaction:
            await transaction.execute("INSERT INTO notes VALUES ($1, $2)", number, NORTHSIDE)
            await transaction.execute("SELECT pg_sleep(20)")

    tasks = [asyncio.create_task(slow(number)) for number in range(3)]
    busy = "SELECT count(*) = 3 FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(20)' AND state = 'active'"
    await eventually(lambda: database.work_pool.fetchval(busy))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await database.work_pool.fetchval("SELECT count(*) FROM notes") == 0
    assert database.work_pool.get_idle_size() == database.work_pool.get_size()


async def test_a_connection_of_its_own_keeps_its_session(settings: Settings) -> None:
    connection = await open_connection(
        settings, role="work", name="relay", settings_of_session={"synchronous_commit": "off"}
    )
    assert await connection.fetchval("SELECT current_setting('synchronous_commit')") == "off"
    assert await connection.fetchval("SELECT current_setting('application_name')") == "sample relay"
    await connection.close()
