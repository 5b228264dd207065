"""Codes that were texted to prove a phone, one at a time for each member."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.database import Transaction


class Code(NamedTuple):
    """`tries` counts the guesses so far, this one included."""

    number: str
    digest: str
    expires_at: datetime
    tries: int


async def asked_since(transaction: Transaction, *, member_id: UUID, since: datetime) -> int:
    """How many codes this member asked for; locked, so that two forms at once count each other."""
    rows = await transaction.fetch("SELECT asked_at FROM alert_codes WHERE member_id = $1 FOR UPDATE", member_id)
    return sum(moment > since for row in rows for moment in row["asked_at"])


async def keep(
    transaction: Transaction,
    *,
    member_id: UUID,
    organization_id: UUID,
    number: str,
    digest: str,
    now: datetime,
    expires_at: datetime,
    since: datetime,
) -> None:
    """In place of an earlier one; what was asked before `since` is forgotten."""
    await transaction.execute(
        "INSERT INTO alert_codes (member_id, organization_id, number, digest, asked_at, expires_at) VALUES ($1,$2,$3,$4,ARRAY[$5::timestamptz],$6)"
        " ON CONFLICT (member_id) DO UPDATE SET number = excluded.number, digest = excluded.digest, expires_at = excluded.expires_at, tries = 0,"
        " asked_at = excluded.asked_at || ARRAY(SELECT at FROM unnest(alert_codes.asked_at) AS u(at) WHERE at > $7)",
        member_id, organization_id, number, digest, now, expires_at, since,
    )  # fmt: skip


async def present(transaction: Transaction, *, member_id: UUID, now: datetime) -> Code | None:
    """The one that waits to be typed."""
    row = await transaction.fetch_one(
        "SELECT number, digest, expires_at, tries FROM alert_codes WHERE member_id = $1 AND expires_at > $2",
        member_id,
        now,
    )
    return Code(*row) if row else None


async def guess(transaction: Transaction, *, member_id: UUID, now: datetime) -> Code | None:
    """Counts a try, before anybody knows whether it is right."""
    row = await transaction.fetch_one(
        "UPDATE alert_codes SET tries = tries + 1 WHERE member_id = $1 AND expires_at > $2 RETURNING number, digest, expires_at, tries",
        member_id, now,
    )  # fmt: skip
    return Code(*row) if row else None


async def forget(transaction: Transaction, *, member_id: UUID, now: datetime) -> None:
    """Used up; what was asked still counts."""
    await transaction.execute(
        "UPDATE alert_codes SET expires_at = $2, digest = '' WHERE member_id = $1", member_id, now
    )
