"""Numbers that are no homeowner's: staff, vendors, spam."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.database import Transaction


class Ignored(NamedTuple):
    number: str
    reason: str
    added_at: datetime
    added_by: str


async def all_of(transaction: Transaction, *, organization_id: UUID) -> list[Ignored]:
    """Newest first."""
    rows = await transaction.fetch(
        "SELECT number, reason, added_at, added_by FROM ignored_numbers WHERE organization_id = $1 ORDER BY added_at DESC, number",
        organization_id,
    )  # fmt: skip
    return [Ignored(*row) for row in rows]


async def add(
    transaction: Transaction,
    *,
    organization_id: UUID,
    numbers: Sequence[tuple[str, str]],
    added_by: str,
    at: datetime,
) -> list[str]:
    """Those of the pairs of number and reason that were not on the list yet."""
    rows = await transaction.fetch(
        "INSERT INTO ignored_numbers (organization_id, number, added_at, reason, added_by)"
        " SELECT $1, number, $4, reason, $5 FROM unnest($2::text[], $3::text[]) AS new(number, reason) ON CONFLICT DO NOTHING RETURNING number",
        organization_id, [number for number, _ in numbers], [reason for _, reason in numbers], at, added_by,
    )  # fmt: skip
    return [row["number"] for row in rows]


async def remove(transaction: Transaction, *, organization_id: UUID, number: str) -> bool:
    """True when it was on the list."""
    return await transaction.fetch_value(
        "DELETE FROM ignored_numbers WHERE organization_id = $1 AND number = $2 RETURNING true", organization_id, number
    ) is True  # fmt: skip


async def homeowners_with(transaction: Transaction, *, organization_id: UUID, numbers: Sequence[str]) -> list[UUID]:
    """Of whom texts may still wait."""
    rows = await transaction.fetch(
        "SELECT homeowner_id FROM homeowners WHERE organization_id = $1 AND number = ANY($2::text[])", organization_id, list(numbers)
    )  # fmt: skip
    return [row["homeowner_id"] for row in rows]
