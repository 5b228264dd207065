"""What the office does to a thread: leads changed by hand, what was read, drafts, notes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from chassis.database import Transaction
from messaging.store.texts import PENDING
from messaging.store.threads import WITH_TURN

AUTOMATION: Final = "('first_reply', 'follow_up', 'response', 'slot_offer')"
"""What falls silent when the office has a thread."""
LEAD_COLUMNS: Final = frozenset(
    {"status", "assigned_to", "office_owns", "asked_for_a_call", "handed_over_at", "handed_over_reason", "needs_office_now", "ended_at", "ended_reason", "last_text_at",
     "last_sign_at"}
)  # fmt: skip


async def lead(transaction: Transaction, *, lead_id: UUID) -> asyncpg.Record | None:
    """With its turn, its homeowner and what the office must know of them; None for another shop's."""
    return await transaction.fetch_one(
        f"WITH found AS ({WITH_TURN} WHERE l.lead_id = $1) SELECT f.*, h.trouble, h.paused, h.last_line, opted.at AS opted_out_at, opted.source AS opted_out_source,"
        " row.turn_at, consent.source AS consent_source, consent.at AS consent_at,"
        " EXISTS (SELECT FROM ignored_numbers i WHERE i.organization_id = f.organization_id AND i.number = f.number) AS ignored"
        " FROM found f JOIN homeowners h ON h.homeowner_id = f.homeowner_id LEFT JOIN inbox_rows row ON row.lead_id = f.lead_id"
        " LEFT JOIN opt_outs opted ON opted.homeowner_id = f.homeowner_id AND opted.ended_at IS NULL"
        " LEFT JOIN LATERAL (SELECT c.source, c.at FROM consents c WHERE c.homeowner_id = f.homeowner_id ORDER BY c.at DESC LIMIT 1) consent ON true",
        lead_id,
    )  # fmt: skip


async def locked_lead(transaction: Transaction, *, lead_id: UUID) -> asyncpg.Record | None:
    return await transaction.fetch_one("SELECT * FROM leads WHERE lead_id = $1 FOR UPDATE", lead_id)


async def lock_homeowner(transaction: Transaction, *, homeowner_id: UUID) -> asyncpg.Record | None:
    return await transaction.fetch_one("SELECT * FROM homeowners WHERE homeowner_id = $1 FOR UPDATE", homeowner_id)


async def change_lead(transaction: Transaction, *, lead_id: UUID, changes: Mapping[str, Any]) -> asyncpg.Record:
    """Raises the lead's version and returns its row; locked before."""
    if not LEAD_COLUMNS.issuperset(changes):
        raise ValueError(f"not of a lead: {set(changes) - LEAD_COLUMNS}")
    settings = ", ".join(f"{name} = ${number}" for number, name in enumerate(changes, 2))
    row = await transaction.fetch_one(
        f"UPDATE leads SET {settings}, version = version + 1 WHERE lead_id = $1 RETURNING *", lead_id, *changes.values()
    )
    if row is None:
        raise LookupError(f"lead {lead_id} is gone")
    return row


async def open_lead(transaction: Transaction, *, homeowner_id: UUID) -> UUID | None:
    found: UUID | None = await transaction.fetch_value(
        "SELECT lead_id FROM leads WHERE homeowner_id = $1 AND status IN ('new', 'active', 'booked')", homeowner_id
    )
    return found


async def earlier_leads(transaction: Transaction, *, homeowner_id: UUID, besides: UUID) -> list[asyncpg.Record]:
    return await transaction.fetch(
        "SELECT lead_id, status, ended_reason, opened_at FROM leads WHERE homeowner_id = $1 AND lead_id <> $2 ORDER BY opened_at DESC LIMIT 20",
        homeowner_id, besides,
    )  # fmt: skip


async def cancel_automation(transaction: Transaction, *, lead_id: UUID, reason: str) -> list[asyncpg.Record]:
    """What automation still has to say in this thread; texts of visits stay."""
    return await transaction.fetch(
        f"UPDATE texts SET state = 'cancelled', reason = $2, due_at = NULL WHERE lead_id = $1 AND state IN {PENDING} AND text_class IN {AUTOMATION} RETURNING *",
        lead_id, reason,
    )  # fmt: skip


async def staff_texts_since(
    transaction: Transaction, *, lead_id: UUID, since: datetime, besides: UUID
) -> list[asyncpg.Record]:
    """Of other people of the office, newest first."""
    return await transaction.fetch(
        "SELECT written_by, body, created_at FROM texts WHERE lead_id = $1 AND text_class = 'staff' AND state <> 'suppressed' AND created_at > $2"
        " AND written_by IS DISTINCT FROM $3 ORDER BY created_at DESC LIMIT 5",
        lead_id, since, besides,
    )  # fmt: skip


async def items_before(
    transaction: Transaction, *, lead_id: UUID, before: datetime | None, limit: int
) -> tuple[Sequence[asyncpg.Record], Sequence[asyncpg.Record]]:
    """The newest items and texts of ours before a moment, newest first."""
    items = await transaction.fetch(
        "SELECT * FROM thread_items WHERE lead_id = $1 AND ($2::timestamptz IS NULL OR at < $2) ORDER BY at DESC, seq DESC LIMIT $3",
        lead_id, before, limit,
    )  # fmt: skip
    ours = await transaction.fetch(
        "SELECT *, coalesce(sent_at, created_at) AS at FROM texts WHERE lead_id = $1 AND ($2::timestamptz IS NULL OR coalesce(sent_at, created_at) < $2)"
        " ORDER BY coalesce(sent_at, created_at) DESC, text_id DESC LIMIT $3",
        lead_id, before, limit,
    )  # fmt: skip
    return items, ours


async def mark_read(transaction: Transaction, *, lead_id: UUID, member_id: UUID, organization_id: UUID) -> None:
    await transaction.execute(
        "INSERT INTO thread_reads AS r (lead_id, member_id, organization_id, read_seq)"
        " SELECT $1, $2, $3, coalesce(max(seq), 0) FROM thread_items WHERE lead_id = $1"
        " ON CONFLICT (lead_id, member_id) DO UPDATE SET read_seq = excluded.read_seq WHERE r.read_seq < excluded.read_seq",
        lead_id, member_id, organization_id,
    )  # fmt: skip


async def drafts(transaction: Transaction, *, lead_id: UUID, member_id: UUID) -> dict[str, str]:
    """By kind: text, note."""
    rows = await transaction.fetch(
        "SELECT kind, body FROM drafts WHERE lead_id = $1 AND member_id = $2", lead_id, member_id
    )
    return {row["kind"]: row["body"] for row in rows}


async def keep_draft(
    transaction: Transaction,
    *,
    lead_id: UUID,
    member_id: UUID,
    organization_id: UUID,
    kind: str,
    body: str,
    at: datetime,
) -> None:
    """An empty one is none."""
    if not body.strip():
        await transaction.execute(
            "DELETE FROM drafts WHERE lead_id = $1 AND member_id = $2 AND kind = $3", lead_id, member_id, kind
        )
        return
    await transaction.execute(
        "INSERT INTO drafts (lead_id, member_id, organization_id, kind, body, changed_at) VALUES ($1, $2, $3, $4, $5, $6)"
        " ON CONFLICT (lead_id, member_id, kind) DO UPDATE SET body = excluded.body, changed_at = excluded.changed_at",
        lead_id, member_id, organization_id, kind, body, at,
    )  # fmt: skip


async def note_change(transaction: Transaction, *, lead_ids: Sequence[UUID]) -> None:
    """For what no trigger sees: the homeowner's record is shown in these threads."""
    await transaction.execute("INSERT INTO thread_changes (lead_id) SELECT unnest($1::uuid[])", list(lead_ids))


async def leads_of_homeowner(transaction: Transaction, *, homeowner_id: UUID) -> list[UUID]:
    rows = await transaction.fetch("SELECT lead_id FROM leads WHERE homeowner_id = $1", homeowner_id)
    return [row["lead_id"] for row in rows]


async def rename(transaction: Transaction, *, homeowner_id: UUID, name: str | None) -> None:
    await transaction.execute("UPDATE homeowners SET name = $2 WHERE homeowner_id = $1", homeowner_id, name)


async def pause(transaction: Transaction, *, homeowner_id: UUID, paused: bool) -> None:
    await transaction.execute("UPDATE homeowners SET paused = $2 WHERE homeowner_id = $1", homeowner_id, paused)


async def ignore(transaction: Transaction, *, organization_id: UUID, number: str, at: datetime) -> bool:
    """True when it is news."""
    return await transaction.fetch_value(
        "INSERT INTO ignored_numbers (organization_id, number, added_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING number",
        organization_id, number, at,
    ) is not None  # fmt: skip


async def saved_replies(transaction: Transaction, *, organization_id: UUID) -> list[asyncpg.Record]:
    """By title."""
    return await transaction.fetch(
        "SELECT saved_reply_id, title, body FROM saved_replies WHERE organization_id = $1 ORDER BY lower(title)", organization_id
    )  # fmt: skip
