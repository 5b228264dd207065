"""Visits as messaging heard of them: what rules 4 and 8 look at."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.database import Transaction


class Visit(NamedTuple):
    """One visit, at the newest version heard of. `booked_at` and `booked_while_entitled` are of its first version heard."""

    booking_id: UUID
    organization_id: UUID
    homeowner_id: UUID
    version: int
    status: str
    start_at: datetime
    end_at: datetime
    booked_at: datetime
    booked_while_entitled: bool


async def apply(transaction: Transaction, *, visit: Visit) -> bool:
    """True when this version is news."""
    return await transaction.fetch_value(
        "INSERT INTO visits (booking_id, organization_id, homeowner_id, version, status, start_at, end_at, booked_at, booked_while_entitled)"
        " VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT (booking_id) DO UPDATE SET version = excluded.version, status = excluded.status,"
        " start_at = excluded.start_at, end_at = excluded.end_at WHERE visits.version < excluded.version RETURNING true",
        *visit,
    ) is True  # fmt: skip


async def remember_homeowner(
    transaction: Transaction,
    *,
    homeowner_id: UUID,
    organization_id: UUID,
    number: str,
    postal_code: str | None,
    at: datetime,
) -> None:
    """`postal_code` is of the address where they are served: their quiet hours go by it."""
    await transaction.execute(
        "INSERT INTO homeowners (homeowner_id, organization_id, number, postal_code, created_at) VALUES ($1,$2,$3,$4,$5)"
        " ON CONFLICT (homeowner_id) DO UPDATE SET postal_code = excluded.postal_code WHERE excluded.postal_code IS NOT NULL",
        homeowner_id, organization_id, number, postal_code, at,
    )  # fmt: skip
