"""Which numbers are due for a look at the provider's lists, and the gaps in what we heard."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from chassis.database import Transaction

CLAIM: Final = """
UPDATE tracked_numbers SET look_at = $2 WHERE number IN (
    SELECT number FROM tracked_numbers WHERE look_at <= $1 ORDER BY look_at, number LIMIT $3 FOR UPDATE SKIP LOCKED
) RETURNING number, organization_id, added_at, looked_until
"""


class Due(NamedTuple):
    """A number whose lists are to be read. `looked_until`: what came before is known."""

    number: str
    organization_id: UUID
    added_at: datetime
    looked_until: datetime


async def claim(transaction: Transaction, *, now: datetime, lease_until: datetime, limit: int) -> list[Due]:
    """Taken until `lease_until`: another worker looks again only when this one did not come back."""
    rows = await transaction.fetch(CLAIM, now, lease_until, limit)
    return sorted((Due(*row.values()) for row in rows), key=lambda due: due.number)


async def looked(
    transaction: Transaction, *, numbers: Sequence[str], until: datetime, lease_until: datetime, again_at: datetime
) -> None:
    """Everything up to `until` is known of these; due at `again_at` unless a gap was noticed meanwhile."""
    await transaction.execute(
        "UPDATE tracked_numbers SET looked_until = greatest(looked_until, $2), look_at = CASE WHEN look_at = $3 THEN $4 ELSE look_at END"
        " WHERE number = ANY($1::text[])",
        list(numbers), until, lease_until, again_at,
    )  # fmt: skip


async def mark_missing(
    transaction: Transaction, *, missing: Sequence[str], present: Sequence[str], at: datetime
) -> int:
    """Numbers that the provider's own list lacks; returns how many lack in all."""
    await transaction.execute(
        "UPDATE tracked_numbers SET missing_since = CASE WHEN number = ANY($1::text[]) THEN coalesce(missing_since, $3::timestamptz) END"
        " WHERE number = ANY($1::text[]) OR number = ANY($2::text[])",
        list(missing), list(present), at,
    )  # fmt: skip
    return int(await transaction.fetch_value("SELECT count(*) FROM tracked_numbers WHERE missing_since IS NOT NULL"))


async def open_gap(transaction: Transaction, *, gap_id: UUID, began_at: datetime, noticed_at: datetime) -> None:
    """Something may not have reached us since `began_at`: every number is due at once."""
    await transaction.execute("UPDATE tracked_numbers SET look_at = $1 WHERE look_at > $1", noticed_at)
    await transaction.execute(
        "INSERT INTO gaps (gap_id, began_at, noticed_at) VALUES ($1, $2, $3)", gap_id, began_at, noticed_at
    )


async def close_gaps(transaction: Transaction, *, now: datetime) -> None:
    """Those whose every number was looked at since they were noticed."""
    await transaction.execute(
        "UPDATE gaps SET closed_at = $1 WHERE closed_at IS NULL"
        " AND NOT EXISTS (SELECT FROM tracked_numbers WHERE looked_until < gaps.noticed_at AND added_at < gaps.noticed_at)",
        now,
    )


async def last_sign_of_life(transaction: Transaction) -> datetime | None:
    """Up to when everything is known for every number; None where there is none."""
    moment: datetime | None = await transaction.fetch_value("SELECT min(looked_until) FROM tracked_numbers")
    return moment
