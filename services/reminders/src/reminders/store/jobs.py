"""Planned texts."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Transaction


async def take_turns(transaction: Transaction, *, homeowner_ids: Collection[UUID]) -> None:
    """One at a time for each homeowner, until the transaction ends, and in the order of their ids: a sign and the planning
    of what it drops come from two topics, and neither may miss the other.
    """
    await transaction.fetch(
        "SELECT pg_advisory_xact_lock(hashtextextended(homeowner_id::text, 0))"
        " FROM (SELECT DISTINCT homeowner_id FROM unnest($1::uuid[]) AS each(homeowner_id) ORDER BY homeowner_id) AS ordered",
        list(homeowner_ids),
    )  # fmt: skip


async def plan(
    transaction: Transaction,
    *,
    job_id: UUID,
    organization_id: UUID,
    homeowner_id: UUID,
    kind: str,
    lead_id: UUID,
    due_at: datetime,
    now: datetime,
) -> asyncpg.Record | None:
    """One of a kind per lead; planning again changes nothing and returns None."""
    return await transaction.fetch_one(
        "INSERT INTO jobs (job_id, organization_id, homeowner_id, kind, lead_id, due_at, state, planned_at)"
        " SELECT $1,$2,$3,$4,$5,$6,'planned',$7 WHERE NOT EXISTS (SELECT FROM ended_leads WHERE lead_id = $5) ON CONFLICT DO NOTHING RETURNING *",
        job_id, organization_id, homeowner_id, kind, lead_id, due_at, now,
    )  # fmt: skip


async def drop_of_homeowner(
    transaction: Transaction, *, homeowner_id: UUID, before: datetime, reason: str
) -> list[asyncpg.Record]:
    """Those that were planned for something that happened before."""
    return await transaction.fetch(
        "UPDATE jobs SET state = 'dropped', reason = $3 WHERE job_id IN (SELECT job_id FROM jobs WHERE homeowner_id = $1 AND state = 'planned'"
        " AND kind = 'follow_up' AND planned_at <= $2 ORDER BY job_id FOR UPDATE) RETURNING *",
        homeowner_id, before, reason,
    )  # fmt: skip


async def drop_of_lead(transaction: Transaction, *, lead_id: UUID, reason: str) -> list[asyncpg.Record]:
    return await transaction.fetch(
        "UPDATE jobs SET state = 'dropped', reason = $2 WHERE job_id IN (SELECT job_id FROM jobs WHERE lead_id = $1 AND state = 'planned'"
        " ORDER BY job_id FOR UPDATE) RETURNING *",
        lead_id, reason,
    )  # fmt: skip


async def note_sign(
    transaction: Transaction, *, homeowner_id: UUID, organization_id: UUID, at: datetime, reason: str
) -> None:
    """A sign of life (or a wish for silence), kept for a call that is heard of later."""
    await transaction.execute(
        "INSERT INTO homeowner_signs (homeowner_id, organization_id, last_at, reason) VALUES ($1,$2,$3,$4) ON CONFLICT (homeowner_id)"
        " DO UPDATE SET last_at = excluded.last_at, reason = excluded.reason WHERE homeowner_signs.last_at < excluded.last_at",
        homeowner_id, organization_id, at, reason,
    )  # fmt: skip


async def last_sign(transaction: Transaction, *, homeowner_id: UUID) -> datetime | None:
    found: datetime | None = await transaction.fetch_value(
        "SELECT last_at FROM homeowner_signs WHERE homeowner_id = $1", homeowner_id
    )
    return found


async def end_lead(
    transaction: Transaction, *, lead_id: UUID, organization_id: UUID, version: int, reason: str
) -> None:
    await transaction.execute(
        "INSERT INTO ended_leads (lead_id, organization_id, lead_version, reason) VALUES ($1,$2,$3,$4) ON CONFLICT DO NOTHING",
        lead_id, organization_id, version, reason,
    )  # fmt: skip


async def take_due(transaction: Transaction, *, now: datetime, limit: int) -> list[asyncpg.Record]:
    """Done with the commit that tells of them."""
    return await transaction.fetch(
        "UPDATE jobs SET state = 'done' WHERE job_id IN (SELECT job_id FROM jobs WHERE state = 'planned' AND due_at <= $1 ORDER BY due_at LIMIT $2"
        " FOR UPDATE SKIP LOCKED) RETURNING *",
        now, limit,
    )  # fmt: skip


async def of_organization(transaction: Transaction, *, organization_id: UUID) -> list[asyncpg.Record]:
    return await transaction.fetch(
        "SELECT job_id AS id, kind, due_at, booking_id, booking_version, state, reason FROM jobs WHERE organization_id = $1 ORDER BY due_at, job_id",
        organization_id,
    )


async def planned(transaction: Transaction) -> list[asyncpg.Record]:
    return await transaction.fetch("SELECT * FROM jobs WHERE state = 'planned' ORDER BY job_id")
