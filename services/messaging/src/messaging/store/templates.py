"""A shop's own words, with every version kept: who wrote it, and when."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from messaging.domain.response import Settings
from messaging.domain.templates import Wording, Words

IN_USE: Final = """
SELECT a.organization_id, t.name, t.body, t.active, t.version, newest.settings, newest.version AS settings_version
FROM unnest($1::uuid[]) AS a(organization_id)
LEFT JOIN LATERAL (SELECT * FROM templates own WHERE own.organization_id = a.organization_id AND own.replaced_at IS NULL OFFSET 0) t ON true
LEFT JOIN LATERAL (SELECT s.settings, s.version FROM response_settings s WHERE s.organization_id = a.organization_id
    ORDER BY s.version DESC LIMIT 1) newest ON true
"""
"""OFFSET 0 keeps the planner from joining all templates of all shops, which is cheap only while they are few."""


MARK: Final = """
(SELECT coalesce(sum(t.version), 0) FROM templates t WHERE t.organization_id = {organization} AND t.replaced_at IS NULL)
+ (SELECT coalesce(max(r.version), 0) FROM response_settings r WHERE r.organization_id = {organization})
"""
"""`InUse.mark` as the database tells it."""


class InUse(NamedTuple):
    """What a shop says, asks and answers. `mark` grows with every change of it."""

    words: Words
    settings: Settings
    mark: int


class By(NamedTuple):
    """Who changes something, and when. `member_id` is None for a command."""

    member_id: UUID | None
    name: str
    at: datetime


async def words_of(transaction: Transaction, *, organization_ids: Collection[UUID]) -> dict[UUID, Words]:
    """Of every organization asked for, in one statement."""
    stands = await standing(transaction, organization_ids=organization_ids)
    return {organization_id: each.words for organization_id, each in stands.items()}


async def standing(transaction: Transaction, *, organization_ids: Collection[UUID]) -> dict[UUID, InUse]:
    """The words, and what is asked and answered, of every organization asked for, in one statement."""
    own: dict[UUID, dict[str, Wording]] = {each: {} for each in organization_ids}
    chosen: dict[UUID, Settings] = {}
    marks: dict[UUID, int] = {}
    for row in await transaction.connection.fetch(IN_USE, list(own)):
        shop = row["organization_id"]
        chosen[shop] = settings_from(row["settings"])
        marks.setdefault(shop, row["settings_version"] or 0)
        if row["name"] is not None:
            own[shop][row["name"]] = Wording(row["body"], row["active"], row["version"])
            marks[shop] += row["version"]
    return {each: InUse(Words(own[each], plain=chosen[each].plain_letters), chosen[each], marks[each]) for each in own}


async def in_use(transaction: Transaction, *, organization_id: UUID) -> list[asyncpg.Record]:
    """The shop's own, one row for each that it changed."""
    return await transaction.fetch(
        "SELECT * FROM templates WHERE organization_id = $1 AND replaced_at IS NULL ORDER BY name", organization_id
    )


async def versions(
    transaction: Transaction, *, organization_id: UUID, name: str, limit: int = 50
) -> list[asyncpg.Record]:
    """The newest first."""
    return await transaction.fetch(
        "SELECT * FROM templates WHERE organization_id = $1 AND name = $2 ORDER BY version DESC LIMIT $3",
        organization_id, name, limit,
    )  # fmt: skip


async def replace(
    transaction: Transaction, *, organization_id: UUID, name: str, version: int, body: str, active: bool, by: By
) -> bool:
    """The version after `version` (0 where there is none yet). False when somebody else was faster."""
    await transaction.execute(
        "UPDATE templates SET replaced_at = $4 WHERE organization_id = $1 AND name = $2 AND version = $3 AND replaced_at IS NULL",
        organization_id, name, version, by.at,
    )  # fmt: skip
    row = await transaction.fetch_value(
        "INSERT INTO templates (organization_id, name, version, body, active, changed_by, changed_by_name, changed_at)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE NOT EXISTS (SELECT FROM templates WHERE organization_id = $1 AND name = $2 AND version >= $3)"
        " ON CONFLICT DO NOTHING RETURNING version",
        organization_id, name, version + 1, body, active, by.member_id, by.name, by.at,
    )  # fmt: skip
    return row is not None


async def newest_settings(transaction: Transaction, *, organization_id: UUID) -> asyncpg.Record | None:
    """What automation asks and answers in this shop; None while nothing was changed."""
    return await transaction.fetch_one(
        "SELECT * FROM response_settings WHERE organization_id = $1 ORDER BY version DESC LIMIT 1", organization_id
    )


async def replace_settings(
    transaction: Transaction, *, organization_id: UUID, version: int, settings: Settings, by: By
) -> bool:
    """The version after `version`. False when somebody else was faster."""
    told = {"answers": settings.answers, "asks": list(settings.asks), "plain_letters": settings.plain_letters}
    row = await transaction.fetch_value(
        "INSERT INTO response_settings (organization_id, version, settings, changed_by, changed_by_name, changed_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING version",
        organization_id, version + 1, told, by.member_id, by.name, by.at,
    )  # fmt: skip
    return row is not None


def settings_from(told: dict[str, Any] | None) -> Settings:
    """As stored; what is not there has its default."""
    if told is None:
        return Settings()
    return Settings(**{**told, "asks": tuple(told["asks"])} if "asks" in told else told)
