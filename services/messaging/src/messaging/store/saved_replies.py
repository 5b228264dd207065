"""Sentences that the office writes often."""

from uuid import UUID

import asyncpg

from chassis.database import Transaction
from messaging.store.templates import By


async def all_of(transaction: Transaction, *, organization_id: UUID) -> list[asyncpg.Record]:
    """By title."""
    return await transaction.fetch(
        "SELECT * FROM saved_replies WHERE organization_id = $1 ORDER BY lower(title)", organization_id
    )


async def put(
    transaction: Transaction, *, saved_reply_id: UUID, organization_id: UUID, title: str, body: str, by: By
) -> asyncpg.Record | None:
    """One reply for each title; a title that is there already gets the new words. None when nothing differs."""
    return await transaction.fetch_one(
        "INSERT INTO saved_replies (saved_reply_id, organization_id, title, body, changed_by, changed_by_name, changed_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organization_id, lower(title)) DO UPDATE SET title = excluded.title, body = excluded.body,"
        " changed_by = excluded.changed_by, changed_by_name = excluded.changed_by_name, changed_at = excluded.changed_at"
        " WHERE (saved_replies.title, saved_replies.body) IS DISTINCT FROM (excluded.title, excluded.body) RETURNING saved_reply_id",
        saved_reply_id, organization_id, title, body, by.member_id, by.name, by.at,
    )  # fmt: skip


async def remove(transaction: Transaction, *, organization_id: UUID, saved_reply_id: UUID) -> asyncpg.Record | None:
    """The row that was there; None when it was gone already."""
    return await transaction.fetch_one(
        "DELETE FROM saved_replies WHERE organization_id = $1 AND saved_reply_id = $2 RETURNING *",
        organization_id, saved_reply_id,
    )  # fmt: skip
