"""Chains of migrations, the template that tests are cloned from, and who may do what with the tables."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy.exc import SQLAlchemyError

from chassis.database import Database
from chassis.ids import new_id
from chassis.migrations import migrate
from chassis.settings import DatabaseSettings
from chassis.testing import TestDatabases

SECOND = """
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("CREATE TABLE second (id int)")
    op.execute("{then}")
"""


@pytest.fixture
async def empty(postgres_superuser: str, addresses: DatabaseSettings) -> AsyncIterator[str]:
    """The owner's address of a database without tables."""
    name = f"empty_{new_id().hex}"
    superuser = await asyncpg.connect(postgres_superuser)
    await superuser.execute(f"CREATE DATABASE {name} OWNER sample_owner")
    yield addresses.owner.replace(urlsplit(addresses.owner).path, f"/{name}")
    await superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await superuser.close()


@pytest.fixture
def scripts(sample_scripts: Path, tmp_path: Path) -> Path:
    """The sample's chain, to be lengthened."""
    return Path(shutil.copytree(sample_scripts, tmp_path / "100% mine", ignore=shutil.ignore_patterns("__pycache__")))


async def _tables(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {row["tablename"] for row in rows}
    finally:
        await connection.close()


async def test_a_revision_that_fails_leaves_nothing_of_the_whole_run(empty: str, scripts: Path) -> None:
    (scripts / "versions" / "0003_second.py").write_text(SECOND.format(then="SELECT 1/0"))
    with pytest.raises(SQLAlchemyError, match="division by zero"):
        await asyncio.to_thread(migrate, dsn=empty, scripts=scripts)
    assert await _tables(empty) == set()


async def test_a_chain_goes_on_from_where_it_stands(empty: str, scripts: Path) -> None:
    await asyncio.to_thread(migrate, dsn=empty, scripts=scripts)
    assert {"outbox", "inbox", "parked", "dead_letters", "outbox_dead", "notes"} <= await _tables(empty)
    (scripts / "versions" / "0003_second.py").write_text(SECOND.format(then="INSERT INTO second VALUES (1)"))
    for _ in range(2):
        await asyncio.to_thread(migrate, dsn=empty, scripts=scripts)
    connection = await asyncpg.connect(empty)
    assert await connection.fetchval("SELECT count(*) FROM second") == 1
    assert await connection.fetchval("SELECT version_num FROM alembic_version") == "0003"
    await connection.close()


async def test_two_that_migrate_at_once_take_turns(empty: str, scripts: Path) -> None:
    (scripts / "versions" / "0003_second.py").write_text(SECOND.format(then="SELECT pg_sleep(0.3)"))
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(_in_a_process(empty, scripts))
    assert "second" in await _tables(empty)


async def _in_a_process(dsn: str, scripts: Path) -> None:
    """Alembic keeps its context per process."""
    code = (
        "import sys; from pathlib import Path; from chassis.migrations import migrate;"
        " migrate(dsn=sys.argv[1], scripts=Path(sys.argv[2]))"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, dsn, str(scripts))
    assert await process.wait() == 0


async def test_without_a_database_the_trouble_is_one_that_callers_know(sample_scripts: Path) -> None:
    with pytest.raises(OSError, match=r"refused|Connect call failed"):
        await asyncio.to_thread(migrate, dsn="postgresql://a:b@127.0.0.1:1/none", scripts=sample_scripts)


async def test_every_table_with_organizations_forces_row_level_security(database: Database) -> None:
    rows = await database.work_pool.fetch(
        "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid"
        " WHERE relkind = 'r' AND attname = 'organization_id'"
    )
    assert {row["relname"] for row in rows} == {"notes", "organization_replicas"}
    assert all(row["relrowsecurity"] and row["relforcerowsecurity"] for row in rows)


async def test_work_and_web_cannot_change_the_schema(database: Database) -> None:
    for pool in (database.work_pool, database.web_pool):
        for attempt in (
            "CREATE TABLE mine (id int)",
            "DROP TABLE notes",
            "TRUNCATE outbox",
            "ALTER TABLE notes ADD x int",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await pool.execute(attempt)


async def test_clones_are_apart_and_a_template_follows_its_migrations(postgres_superuser: str, scripts: Path) -> None:
    databases = TestDatabases(postgres_superuser)
    one, two = await asyncio.gather(*(databases.clone("sample", scripts) for _ in range(2)))
    (scripts / "versions" / "0003_second.py").write_text(SECOND.format(then="SELECT 1"))
    three = await databases.clone("sample", scripts)
    connection = await asyncpg.connect(one.work)
    await connection.execute("INSERT INTO notes VALUES (1, gen_random_uuid())")
    await connection.close()
    other = await asyncpg.connect(two.work)
    assert await other.fetchval("SELECT count(*) FROM notes") == 0
    assert "second" not in await _tables(two.owner)
    assert "second" in await _tables(three.owner)
    for each in (one, two, three):
        await databases.drop(each)
    assert other.is_closed() or await _gone(other)


async def _gone(connection: asyncpg.Connection) -> bool:
    try:
        await connection.fetchval("SELECT 1")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return True
    return False
