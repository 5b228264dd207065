"""Visits."""

from datetime import datetime
from uuid import UUID

import asyncpg

from chassis.database import Transaction


async def mark_rang(transaction: Transaction, *, homeowner_id: UUID, at: datetime) -> list[asyncpg.Record]:
    """The homeowner's coming visits, marked with the newest call and a version higher; none that knows a later call."""
    return await transaction.fetch(
        "UPDATE bookings SET homeowner_rang_at = $2, version = version + 1 WHERE booking_id IN (SELECT booking_id FROM bookings"
        " WHERE homeowner_id = $1 AND status = 'scheduled' AND end_at > $2 AND (homeowner_rang_at IS NULL OR homeowner_rang_at < $2)"
        " ORDER BY booking_id FOR UPDATE) RETURNING *",
        homeowner_id, at,
    )  # fmt: skip


async def every(transaction: Transaction) -> list[asyncpg.Record]:
    """For telling the present state anew."""
    return await transaction.fetch("SELECT * FROM bookings ORDER BY booking_id")
