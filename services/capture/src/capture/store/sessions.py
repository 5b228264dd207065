"""Sessions: who is signed in where, and which ended so lately that a token may still live."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from chassis.database import Transaction
from contracts.organizations import Role

KEPT: Final = timedelta(days=30)


class Session(NamedTuple):
    """`device` in words, such as `Chrome on Windows`."""

    session_id: UUID
    member_id: UUID
    device: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime


class Standing(NamedTuple):
    """A session that is good, with its member as he is now."""

    organization_id: UUID
    member_id: UUID
    csrf: str
    ends_at: datetime
    seen_at: datetime
    name: str
    role: Role
    epoch: int


async def begin(
    transaction: Transaction,
    *,
    session: Session,
    organization_id: UUID,
    epoch: int,
    csrf: str,
) -> None:
    await transaction.execute(
        "INSERT INTO sessions (session_id, organization_id, member_id, epoch, csrf, device, began_at, seen_at, ends_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        session.session_id, organization_id, session.member_id, epoch, csrf, session.device, session.began_at, session.seen_at, session.ends_at,
    )  # fmt: skip


async def standing(transaction: Transaction, *, session_id: UUID, now: datetime) -> Standing | None:
    """None when it ended, or its member was switched off or signed out everywhere."""
    row = await transaction.fetch_one(
        "SELECT s.organization_id, s.member_id, s.csrf, s.ends_at, s.seen_at, m.name, m.role, m.epoch"
        " FROM sessions s JOIN members m USING (member_id)"
        " WHERE s.session_id = $1 AND s.ended_at IS NULL AND s.ends_at > $2 AND m.active AND s.epoch = m.epoch",
        session_id,
        now,
    )
    return Standing(*row.values()) if row else None


async def seen(transaction: Transaction, *, session_id: UUID, now: datetime) -> None:
    await transaction.execute("UPDATE sessions SET seen_at = $1 WHERE session_id = $2", now, session_id)


async def open_ones(transaction: Transaction, *, organization_id: UUID, now: datetime) -> list[Session]:
    """Of the whole shop, the latest seen first."""
    rows = await transaction.fetch(
        "SELECT s.session_id, s.member_id, s.device, s.began_at, s.seen_at, s.ends_at FROM sessions s JOIN members m USING (member_id)"
        " WHERE s.organization_id = $1 AND s.ended_at IS NULL AND s.ends_at > $2 AND m.active AND s.epoch = m.epoch"
        " ORDER BY s.seen_at DESC, s.session_id",
        organization_id, now,
    )  # fmt: skip
    return [Session(*row.values()) for row in rows]


async def end(
    transaction: Transaction, *, member_id: UUID, now: datetime, only: UUID | None = None, but: UUID | None = None
) -> int:
    """Ends a member's sessions: `only` this one, or all `but` this one. How many there were."""
    ended = await transaction.execute(
        "UPDATE sessions SET ended_at = $1 WHERE member_id = $2 AND ended_at IS NULL"
        " AND ($3::uuid IS NULL OR session_id = $3) AND ($4::uuid IS NULL OR session_id <> $4)",
        now, member_id, only, but,
    )  # fmt: skip
    return int(ended.rpartition(" ")[2])


async def belongs(transaction: Transaction, *, session_id: UUID, member_id: UUID) -> bool:
    """Whether it is a session of this member, ended or not."""
    found = await transaction.fetch_value(
        "SELECT true FROM sessions WHERE session_id = $1 AND member_id = $2", session_id, member_id
    )
    return bool(found)


async def just_ended(transaction: Transaction, *, organization_id: UUID, since: datetime) -> Sequence[UUID]:
    """Whose tokens may still live."""
    rows = await transaction.fetch(
        "SELECT session_id FROM sessions WHERE organization_id = $1 AND ended_at > $2 ORDER BY session_id",
        organization_id,
        since,
    )
    return [row["session_id"] for row in rows]


async def forget(transaction: Transaction, *, now: datetime) -> None:
    await transaction.execute("DELETE FROM sessions WHERE coalesce(ended_at, ends_at) < $1", now - KEPT)
