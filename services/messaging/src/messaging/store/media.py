"""Photos and recordings: wanted, then stored or refused. The file itself is read only when it is served."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg

from chassis.database import Transaction

SHOWN: Final = "media_id, item_id, position, kind, state, reason, content_type, width, height"


class Wanted(NamedTuple):
    """A file at a carrier. `line` is the tracked number whose account may fetch it."""

    media_id: UUID
    organization_id: UUID
    homeowner_id: UUID
    lead_id: UUID
    item_id: UUID
    position: int
    kind: str
    line: str | None
    url: str
    created_at: datetime


class Kept(NamedTuple):
    """A file of ours, ready to be served."""

    media_id: UUID
    content_type: str
    width: int | None
    height: int | None
    content: bytes


async def want(transaction: Transaction, *, files: Sequence[Wanted]) -> None:
    """Each once, however often its item changes."""
    await transaction.connection.executemany(
        f"INSERT INTO media ({', '.join(Wanted._fields)}, state, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'wanted', $10)"
        " ON CONFLICT (media_id) DO NOTHING",
        [tuple(each) for each in files],
    )


async def take_due(transaction: Transaction, *, now: datetime, lease: timedelta, limit: int) -> list[asyncpg.Record]:
    """Taken for a while, so that nobody else fetches meanwhile."""
    return await transaction.fetch(
        "UPDATE media SET due_at = $1::timestamptz + $2, tries = tries + 1 WHERE media_id IN (SELECT media_id FROM media WHERE state = 'wanted' AND due_at <= $1"
        " ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING media_id, organization_id, lead_id, kind, line, url, tries",
        now, lease, limit,
    )  # fmt: skip


async def keep(transaction: Transaction, *, kept: Kept) -> None:
    await transaction.execute(
        "UPDATE media SET state = 'stored', content_type = $2, width = $3, height = $4, content = $5, due_at = NULL, reason = NULL WHERE media_id = $1",
        *kept,
    )


async def refuse(transaction: Transaction, *, media_id: UUID, reason: str) -> None:
    await transaction.execute(
        "UPDATE media SET state = 'refused', reason = $2, due_at = NULL WHERE media_id = $1", media_id, reason
    )


async def put_off(transaction: Transaction, *, media_id: UUID, due_at: datetime) -> None:
    await transaction.execute("UPDATE media SET due_at = $2 WHERE media_id = $1", media_id, due_at)


async def add_photos(
    transaction: Transaction,
    *,
    kept: Sequence[Kept],
    organization_id: UUID,
    homeowner_id: UUID,
    lead_id: UUID,
    text_id: UUID,
    at: datetime,
) -> None:
    """Those that go out with a text of ours, in their order."""
    await transaction.connection.executemany(
        "INSERT INTO media (media_id, organization_id, homeowner_id, lead_id, item_id, position, kind, state, content_type, width, height, content, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, 'photo', 'stored', $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
        [
            (each.media_id, organization_id, homeowner_id, lead_id, text_id, position, each.content_type, each.width, each.height, each.content, at)
            for position, each in enumerate(kept)
        ],
    )  # fmt: skip


async def of_items(transaction: Transaction, *, item_ids: Sequence[UUID]) -> Mapping[UUID, list[dict[str, Any]]]:
    rows = await transaction.fetch(
        f"SELECT {SHOWN} FROM media WHERE item_id = ANY($1::uuid[]) ORDER BY item_id, position", list(item_ids)
    )
    found: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["item_id"], []).append(dict(row))
    return found


async def content(transaction: Transaction, *, media_id: UUID, lead_id: UUID | None = None) -> asyncpg.Record | None:
    """The file of one that is stored; of this thread alone, where one is named."""
    return await transaction.fetch_one(
        "SELECT content_type, content, kind FROM media WHERE media_id = $1 AND state = 'stored' AND ($2::uuid IS NULL OR lead_id = $2)",
        media_id, lead_id,
    )  # fmt: skip
