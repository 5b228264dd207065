"""A migrated database per service, made once per run and cloned for whoever needs one of its own."""

import asyncio
import hashlib
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from chassis import schema
from chassis.ids import new_id
from chassis.keys import derive_keys
from chassis.migrations import migrate
from chassis.settings import DatabaseSettings, Settings

ROLES: Final = ("owner", "web", "work")
PASSWORD: Final = "test"  # noqa: S105 -- a database that lives as long as a test run
CLONE_LOCK: Final = 7_206_023


class TestDatabases:
    """Makes and drops databases on one server. Workers of one run that come at once take turns."""

    __test__ = False

    def __init__(self, superuser: str) -> None:
        self._superuser = superuser

    async def clone(self, service: str, scripts: Path) -> DatabaseSettings:
        """A fresh copy of the service's template, which is made anew when its migrations changed."""
        connection = await asyncpg.connect(self._superuser)
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", CLONE_LOCK)
            template = f"template_{service}_{_digest(scripts)}"
            if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", template):
                await self._make_template(connection, service, template, scripts)
            name = f"{service}_{new_id().hex[-12:]}"
            await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {service}_owner")
            return DatabaseSettings(**{role: self._address(name, f"{service}_{role}") for role in ROLES})
        finally:
            await connection.close()

    async def drop(self, database: DatabaseSettings) -> None:
        """Also while somebody is connected."""
        connection = await asyncpg.connect(self._superuser)
        try:
            name = urlsplit(database.owner).path.removeprefix("/")
            await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        finally:
            await connection.close()

    async def _make_template(self, connection: asyncpg.Connection, service: str, template: str, scripts: Path) -> None:
        """Renamed only once it is whole: a run that was killed leaves no half template."""
        for role in ROLES:
            if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", f"{service}_{role}"):
                await connection.execute(f"CREATE ROLE {service}_{role} LOGIN")
            await connection.execute(f"ALTER ROLE {service}_{role} PASSWORD '{PASSWORD}'")
        making = f"making_{new_id().hex}"
        await connection.execute(f"CREATE DATABASE {making} OWNER {service}_owner")
        await asyncio.to_thread(migrate, dsn=self._address(making, f"{service}_owner"), scripts=scripts)
        await connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", making
        )
        await connection.execute(f"ALTER DATABASE {making} RENAME TO {template}")

    def _address(self, database: str, role: str) -> str:
        parts = urlsplit(self._superuser)
        place = f"{role}:{PASSWORD}@{parts.hostname}:{parts.port}"
        return urlunsplit((parts.scheme, place, f"/{database}", "", ""))


def settings_for(
    service: str, *, database: DatabaseSettings, kafka: str = "127.0.0.1:1", root: bytes = b"\x07" * 32
) -> Settings:
    """Settings of a service in a test: loopback, a known root key, no tracing."""
    return Settings(
        service=service,
        database=database,
        kafka=kafka,
        keys=derive_keys(root),
        http_host="127.0.0.1",
        http_port=0,
        public_url="http://callsnare.test",
        provider_hosts=("127.0.0.1",),
        clock_file=None,
        otlp_endpoint=None,
        log_level="INFO",
        data=Path(),
        instance="test",
    )


def _digest(scripts: Path) -> str:
    sources = [Path(schema.__file__), *sorted(scripts.rglob("*.py"))]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:12]
