"""Failures at the sign-in, and the devices that were let in before. Keys are digests: nobody can read who tried."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from chassis.database import Transaction

DEVICES_KEPT: Final = timedelta(days=400)
FAILURES_KEPT: Final = timedelta(days=2)


class Failures(NamedTuple):
    failures: int
    last_at: datetime
    wait_until: datetime


async def locked(transaction: Transaction, *, digest: bytes, now: datetime) -> Failures:
    """Locked until the end of the transaction; where there were none, none."""
    row = await transaction.fetch_one(
        "INSERT INTO sign_in_failures (digest, failures, last_at, wait_until) VALUES ($1, 0, $2, $2)"
        " ON CONFLICT (digest) DO UPDATE SET failures = sign_in_failures.failures RETURNING failures, last_at, wait_until",
        digest, now,
    )  # fmt: skip
    if row is None:
        raise LookupError("an upsert that returns nothing")
    return Failures(*row.values())


async def note(transaction: Transaction, *, digest: bytes, found: Failures) -> None:
    await transaction.execute(
        "UPDATE sign_in_failures SET failures = $1, last_at = $2, wait_until = $3 WHERE digest = $4", *found, digest
    )


async def clear(transaction: Transaction, *, digest: bytes) -> None:
    await transaction.execute("DELETE FROM sign_in_failures WHERE digest = $1", digest)


async def knows_device(transaction: Transaction, *, digest: bytes, email: str) -> bool:
    """Whether this member was let in on it before."""
    found = await transaction.fetch_value(
        "SELECT true FROM known_devices d JOIN members m USING (member_id) WHERE d.digest = $1 AND m.email = $2",
        digest,
        email,
    )
    return bool(found)


async def remember_device(
    transaction: Transaction, *, digest: bytes, member_id: UUID, organization_id: UUID, now: datetime
) -> None:
    await transaction.execute(
        "INSERT INTO known_devices (digest, member_id, organization_id, seen_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (digest, member_id) DO UPDATE SET seen_at = excluded.seen_at",
        digest, member_id, organization_id, now,
    )  # fmt: skip


async def forget(transaction: Transaction, *, now: datetime) -> None:
    await transaction.execute("DELETE FROM sign_in_failures WHERE last_at < $1", now - FAILURES_KEPT)
    await transaction.execute("DELETE FROM known_devices WHERE seen_at < $1", now - DEVICES_KEPT)
