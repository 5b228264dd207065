"""A database per service with its three roles; the same on the embedded Postgres and on one of yours."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from contracts.topics import SERVICES
from laptop.folders import read_json, write_json

ROLES = ("owner", "web", "work")
LOCK = 7_263_001  # advisory: two starts against one outside server take turns


@dataclass(frozen=True, kw_only=True)
class ServiceDatabase:
    """Addresses of one service's database."""

    superuser: str
    owner: str
    web: str
    work: str


def passwords(*, path: Path) -> dict[str, str]:
    """Generated once per data folder, kept in a file that only its owner reads."""
    known = read_json(path=path)
    result = {str(key): str(value) for key, value in known.items()} if isinstance(known, dict) else {}
    for service in SERVICES:
        for role in ROLES:
            result.setdefault(f"{service}_{role}", secrets.token_urlsafe(24))
    if result != known:
        write_json(path=path, value=result)
    return result


def addresses(*, superuser: str, secrets_of: Mapping[str, str]) -> dict[str, ServiceDatabase]:
    """Per service; no connection is made."""
    return {
        service: ServiceDatabase(
            superuser=_address(superuser, database=service),
            **{
                role: _address(superuser, database=service, login=(name, secrets_of[name]))
                for role in ROLES
                for name in [f"{service}_{role}"]
            },
        )
        for service in SERVICES
    }


def _address(superuser: str, *, database: str, login: tuple[str, str] | None = None) -> str:
    parts = urlsplit(superuser)
    place = parts.netloc
    if login is not None:
        user, password = (quote(each, safe="") for each in login)
        place = f"{user}:{password}@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit((parts.scheme, place, f"/{database}", parts.query, ""))


async def ensure(*, superuser: str, secrets_of: Mapping[str, str]) -> None:
    """Create or correct roles and databases. Safe to repeat; passwords become those of this data folder."""
    connection = await asyncpg.connect(superuser)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        for service in SERVICES:
            for role in ROLES:
                await _ensure_role(connection, f"{service}_{role}", secrets_of[f"{service}_{role}"])
            await _ensure_database(connection, service)
    finally:
        await connection.close()


async def _ensure_role(connection: asyncpg.Connection, name: str, password: str) -> None:
    exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name)
    verb = "ALTER" if exists else "CREATE"
    rights = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
    quoted = await connection.fetchval("SELECT quote_literal($1)", password)
    await connection.execute(f"{verb} ROLE {name} {rights} PASSWORD {quoted}")


async def _ensure_database(connection: asyncpg.Connection, service: str) -> None:
    """The owner's alone: the two others may enter, nobody else may."""
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", service):
        await connection.execute(f"CREATE DATABASE {service} OWNER {service}_owner")
    await connection.execute(f"REVOKE ALL ON DATABASE {service} FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT ON DATABASE {service} TO {service}_web, {service}_work")
