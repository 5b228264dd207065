"""What Stripe told, by customer, and credits that are owed or given."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from capture.domain.standing import Told
from chassis.database import Transaction


async def note_event(
    transaction: Transaction,
    *,
    event_id: str,
    kind: str,
    customer: str | None,
    subscription: str | None,
    status: str | None,
    status_before: str | None,
    created_at: datetime,
    now: datetime,
) -> bool:
    """False for one that is known."""
    return await _written(
        transaction,
        "INSERT INTO stripe_events (event_id, kind, customer, subscription, status, status_before, created_at, received_at)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7,$8) ON CONFLICT DO NOTHING RETURNING event_id",
        event_id, kind, customer, subscription, status, status_before, created_at, now,
    )  # fmt: skip


async def told_of(transaction: Transaction, *, customer: str) -> list[Told]:
    """Every event of the customer's subscriptions."""
    rows = await transaction.fetch(
        "SELECT event_id, subscription, status, created_at, kind, status_before FROM stripe_events"
        " WHERE customer = $1 AND subscription IS NOT NULL AND status IS NOT NULL",
        customer,
    )
    return [
        Told(
            row["event_id"],
            row["subscription"],
            row["status"],
            row["created_at"],
            row["kind"].rpartition(".")[2],
            row["status_before"],
        )
        for row in rows
    ]


async def organizations_of(transaction: Transaction, *, customer: str) -> list[UUID]:
    """In the order in which they are locked."""
    rows = await transaction.fetch(
        "SELECT organization_id FROM organizations WHERE stripe_customer = $1 ORDER BY organization_id", customer
    )
    return [row["organization_id"] for row in rows]


async def organizations_of_all(transaction: Transaction) -> list[UUID]:
    """Those that are linked to a customer, or stand otherwise than unmetered."""
    rows = await transaction.fetch(
        "SELECT organization_id FROM organizations WHERE stripe_customer IS NOT NULL"
        " OR coalesce(snapshot->'billing'->>'status', 'unmetered') <> 'unmetered' ORDER BY organization_id"
    )
    return [row["organization_id"] for row in rows]


async def owe(
    transaction: Transaction, *, credit_id: UUID, organization_id: UUID, reason: str, actor: str, now: datetime
) -> bool:
    """False when it is owed or given already."""
    return await _written(
        transaction,
        "INSERT INTO credits (credit_id, organization_id, reason, actor, asked_at, due_at) VALUES ($1,$2,$3,$4,$5,$5) ON CONFLICT DO NOTHING RETURNING credit_id",
        credit_id, organization_id, reason, actor, now,
    )  # fmt: skip


async def claim_owed(
    transaction: Transaction, *, now: datetime, lease: timedelta, limit: int, credit_id: UUID | None = None
) -> list[asyncpg.Record]:
    """Those to be given now, taken for a while, so that nobody else gives them meanwhile."""
    return await transaction.fetch(
        "UPDATE credits SET due_at = $1::timestamptz + $2, tries = tries + 1 WHERE credit_id IN (SELECT credit_id FROM credits WHERE given_at IS NULL"
        " AND due_at <= $1 AND ($4::uuid IS NULL OR credit_id = $4) ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING *",
        now, lease, limit, credit_id,
    )  # fmt: skip


async def given(
    transaction: Transaction, *, credit_id: UUID, stripe_id: str, amount_cents: int, currency: str, now: datetime
) -> bool:
    """False when that was recorded already."""
    return await _written(
        transaction,
        "UPDATE credits SET given_at = $2, stripe_id = $3, amount_cents = $4, currency = $5, trouble = NULL WHERE credit_id = $1 AND given_at IS NULL RETURNING credit_id",
        credit_id, now, stripe_id, amount_cents, currency,
    )  # fmt: skip


async def not_given(transaction: Transaction, *, credit_id: UUID, trouble: str, due_at: datetime) -> None:
    await transaction.execute(
        "UPDATE credits SET trouble = $2, due_at = $3 WHERE credit_id = $1 AND given_at IS NULL", credit_id, trouble, due_at
    )  # fmt: skip


async def credits_of(transaction: Transaction, *, organization_id: UUID) -> list[asyncpg.Record]:
    """Newest first."""
    return await transaction.fetch(
        "SELECT * FROM credits WHERE organization_id = $1 ORDER BY asked_at DESC, credit_id", organization_id
    )


async def credit(transaction: Transaction, *, credit_id: UUID) -> asyncpg.Record | None:
    return await transaction.fetch_one("SELECT * FROM credits WHERE credit_id = $1", credit_id)


async def _written(transaction: Transaction, statement: str, *values: object) -> bool:
    """Whether it wrote a row; it returns the row's id."""
    return await transaction.fetch_value(statement, *values) is not None
