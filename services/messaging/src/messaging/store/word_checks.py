"""How complete each shop's words were when they were looked at last, and what the look was made from."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg

from chassis.database import Transaction

BEGIN: Final = """
INSERT INTO word_checks (organization_id, checked_at) SELECT each, $2 FROM unnest($1::uuid[]) AS each ON CONFLICT DO NOTHING
"""
LOCK: Final = "SELECT * FROM word_checks WHERE organization_id = ANY($1::uuid[]) ORDER BY organization_id FOR UPDATE"
PUT: Final = """
UPDATE word_checks SET version = $2, organization_version = $3, fields = $4, after_hours = $5, told = $6, checked_at = $7
WHERE organization_id = $1
"""


class WordCheck(NamedTuple):
    """`fields` and `after_hours` are of the newest snapshot that was looked at; `told` is what the newest event said at
    `checked_at`, `version` 0 before the first.
    """

    organization_id: UUID
    version: int
    organization_version: int
    fields: Mapping[str, str]
    after_hours: str
    told: Mapping[str, Any]
    checked_at: datetime


async def locked(transaction: Transaction, *, organization_ids: Collection[UUID], now: datetime) -> list[WordCheck]:
    """In the order of their ids; a shop that was never looked at begins here."""
    wanted = sorted(organization_ids)
    await transaction.execute(BEGIN, wanted, now)
    return [_check(row) for row in await transaction.fetch(LOCK, wanted)]


async def put(transaction: Transaction, *, check: WordCheck) -> None:
    await transaction.execute(PUT, *check)


async def after(transaction: Transaction, *, organization_id: UUID, limit: int) -> list[WordCheck]:
    """The next ones by id that were told of."""
    rows = await transaction.fetch(
        "SELECT * FROM word_checks WHERE organization_id > $1 AND version > 0 ORDER BY organization_id LIMIT $2",
        organization_id, limit,
    )  # fmt: skip
    return [_check(row) for row in rows]


def _check(row: asyncpg.Record) -> WordCheck:
    return WordCheck(*(row[name] for name in WordCheck._fields))
