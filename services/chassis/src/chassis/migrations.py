"""Alembic, one chain per service, run as the owner role; two that start at once wait for each other.

What is pending runs in one transaction: a revision that fails leaves the database as it was.
"""

import asyncio
from pathlib import Path
from typing import Final

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

LOCK: Final = 7_206_021
LOCK_MILLISECONDS: Final = 10_000
"""While a change of a table waits for its lock, everybody else's queries on that table wait behind it."""


def migrate(*, dsn: str, scripts: Path) -> None:
    """Brings a database to the newest revision; `dsn` is the owner's. Blocking; not to be called inside an event loop."""
    asyncio.run(_migrate(dsn, scripts))


async def _migrate(dsn: str, scripts: Path) -> None:
    engine = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, scripts)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, scripts: Path) -> None:
    connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}"))
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def run_environment() -> None:
    """What each chain's `env.py` calls."""
    context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
