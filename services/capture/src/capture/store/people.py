"""Members as they sign in: password, second step, recovery codes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from chassis.database import Transaction
from contracts.organizations import Role

COLUMNS: Final = "m.member_id, m.organization_id, m.email, m.name, m.role, m.password_hash, m.epoch, m.active"


class Member(NamedTuple):
    """`password_hash` is None for who has none yet; `two_step` whether a second step is asked."""

    member_id: UUID
    organization_id: UUID
    email: str
    name: str
    role: Role
    password_hash: str | None
    epoch: int
    active: bool
    two_step: bool


class SecondStep(NamedTuple):
    """`secret` is encrypted; `last_step` the last step of time whose digits were taken."""

    secret: str
    confirmed_at: datetime | None
    last_step: int


async def by_email(transaction: Transaction, *, email: str) -> Member | None:
    return await _one(transaction, "m.email = $1", email)


async def by_id(transaction: Transaction, *, member_id: UUID) -> Member | None:
    return await _one(transaction, "m.member_id = $1", member_id)


async def set_password(transaction: Transaction, *, member_id: UUID, password_hash: str) -> None:
    await transaction.execute("UPDATE members SET password_hash = $1 WHERE member_id = $2", password_hash, member_id)


async def second_step(transaction: Transaction, *, member_id: UUID) -> SecondStep | None:
    """Locked: digits are taken once."""
    row = await transaction.fetch_one(
        "SELECT secret, confirmed_at, last_step FROM second_steps WHERE member_id = $1 FOR UPDATE", member_id
    )
    return SecondStep(*row.values()) if row else None


async def begin_second_step(
    transaction: Transaction, *, member_id: UUID, organization_id: UUID, secret: str, now: datetime
) -> None:
    """Replaces one that was begun; one that is confirmed stays."""
    await transaction.execute(
        "INSERT INTO second_steps (member_id, organization_id, secret, begun_at) VALUES ($1, $2, $3, $4) ON CONFLICT (member_id)"
        " DO UPDATE SET secret = excluded.secret, begun_at = excluded.begun_at WHERE second_steps.confirmed_at IS NULL",
        member_id, organization_id, secret, now,
    )  # fmt: skip


async def take_step(transaction: Transaction, *, member_id: UUID, step: int, now: datetime) -> None:
    """These digits are used; the first ones confirm."""
    await transaction.execute(
        "UPDATE second_steps SET last_step = $1, confirmed_at = coalesce(confirmed_at, $2) WHERE member_id = $3",
        step,
        now,
        member_id,
    )


async def drop_second_step(transaction: Transaction, *, member_id: UUID) -> None:
    await transaction.execute("DELETE FROM recovery_codes WHERE member_id = $1", member_id)
    await transaction.execute("DELETE FROM second_steps WHERE member_id = $1", member_id)


async def set_recovery_codes(
    transaction: Transaction, *, member_id: UUID, organization_id: UUID, digests: Sequence[bytes]
) -> None:
    """These and no others."""
    await transaction.execute("DELETE FROM recovery_codes WHERE member_id = $1", member_id)
    await transaction.execute(
        "INSERT INTO recovery_codes (member_id, organization_id, digest) SELECT $1, $2, d FROM unnest($3::bytea[]) AS u(d)",
        member_id,
        organization_id,
        list(digests),
    )


async def use_recovery_code(transaction: Transaction, *, member_id: UUID, digest: bytes, now: datetime) -> bool:
    """Whether it was one that nobody had used."""
    used = await transaction.execute(
        "UPDATE recovery_codes SET used_at = $1 WHERE member_id = $2 AND digest = $3 AND used_at IS NULL",
        now,
        member_id,
        digest,
    )
    return used == "UPDATE 1"


async def codes_left(transaction: Transaction, *, member_id: UUID) -> int:
    left: int = await transaction.fetch_value(
        "SELECT count(*) FROM recovery_codes WHERE member_id = $1 AND used_at IS NULL", member_id
    )
    return left


async def with_second_step(transaction: Transaction, *, organization_id: UUID) -> set[UUID]:
    """Who has it on."""
    rows = await transaction.fetch(
        "SELECT member_id FROM second_steps WHERE organization_id = $1 AND confirmed_at IS NOT NULL", organization_id
    )
    return {row["member_id"] for row in rows}


async def _one(transaction: Transaction, condition: str, value: object) -> Member | None:
    row = await transaction.fetch_one(
        f"SELECT {COLUMNS}, s.confirmed_at IS NOT NULL AS two_step FROM members m LEFT JOIN second_steps s USING (member_id)"
        f" WHERE {condition}",
        value,
    )
    return Member(*row.values()) if row else None
