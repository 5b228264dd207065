"""Organizations with their numbers, accounts and members."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from chassis.database import Transaction
from contracts.organizations import OrganizationChanged

APPLY_LOCK: Final = 7_206_031
SAVE_NUMBERS: Final = """
INSERT INTO tracked_numbers (number, organization_id, provider, account, added_at, looked_until, look_at)
SELECT n, $4, p, a, $5, $5, $5 FROM unnest($1::text[], $2::text[], $3::text[]) AS u(n, p, a) ORDER BY n
ON CONFLICT (number) DO UPDATE SET provider = excluded.provider, account = excluded.account
"""
SAVE_MEMBERS: Final = """
INSERT INTO members (member_id, organization_id, email, name, role, password_hash, epoch, active)
SELECT i, $8, e, n, r, h, p, a
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bool[]) AS u(i, e, n, r, h, p, a) ORDER BY i
ON CONFLICT (member_id) DO UPDATE SET email = excluded.email, name = excluded.name, role = excluded.role, epoch = excluded.epoch, active = excluded.active
"""


class Account(NamedTuple):
    """An account at a provider; its secrets are encrypted tokens."""

    organization_id: UUID
    kind: str
    account: str
    secrets: list[str]
    signing_keys: dict[str, str]


async def one_at_a_time(transaction: Transaction) -> None:
    """Until the end of the transaction nobody else applies: numbers and addresses stay with one organization."""
    await transaction.execute("SELECT pg_advisory_xact_lock($1)", APPLY_LOCK)


async def locked(
    transaction: Transaction, *, organization_id: UUID | None = None, slug: str | None = None
) -> OrganizationChanged | None:
    """As it stands; nobody else changes it until the end of the transaction."""
    row = await transaction.fetch_one(
        "SELECT snapshot FROM organizations WHERE organization_id = $1 OR slug = $2 FOR NO KEY UPDATE",
        organization_id,
        slug,
    )
    return msgspec.convert(row["snapshot"], OrganizationChanged) if row else None


async def by_slug(transaction: Transaction, *, slug: str) -> OrganizationChanged | None:
    row = await transaction.fetch_one("SELECT snapshot FROM organizations WHERE slug = $1", slug)
    return msgspec.convert(row["snapshot"], OrganizationChanged) if row else None


async def by_id(transaction: Transaction, *, organization_id: UUID) -> OrganizationChanged | None:
    found = await snapshots(transaction, organization_ids=[organization_id])
    return found[0] if found else None


async def stripe_customer(transaction: Transaction, *, organization_id: UUID) -> str | None:
    found: str | None = await transaction.fetch_value(
        "SELECT stripe_customer FROM organizations WHERE organization_id = $1", organization_id
    )
    return found


async def versions(transaction: Transaction) -> list[tuple[UUID, int]]:
    rows = await transaction.fetch("SELECT organization_id, version FROM organizations")
    return [(row["organization_id"], row["version"]) for row in rows]


async def concerned(transaction: Transaction, *, number: str, account: str) -> list[tuple[UUID, int]]:
    """Who has this number or this account, with the version of each."""
    rows = await transaction.fetch(
        "SELECT organization_id, version FROM organizations WHERE organization_id IN"
        " (SELECT organization_id FROM tracked_numbers WHERE number = $1"
        " UNION SELECT organization_id FROM provider_accounts WHERE account = $2)",
        number,
        account,
    )
    return [(row["organization_id"], row["version"]) for row in rows]


async def snapshots(
    transaction: Transaction, *, organization_ids: Sequence[UUID] | None = None
) -> list[OrganizationChanged]:
    """Of these organizations, or all."""
    rows = await transaction.fetch(
        "SELECT snapshot FROM organizations WHERE $1::uuid[] IS NULL OR organization_id = ANY($1) ORDER BY organization_id",
        organization_ids,
    )
    return [msgspec.convert(row["snapshot"], OrganizationChanged) for row in rows]


async def accounts(transaction: Transaction, *, organization_ids: Sequence[UUID]) -> list[Account]:
    rows = await transaction.fetch(
        "SELECT organization_id, kind, account, secrets, signing_keys FROM provider_accounts WHERE organization_id = ANY($1::uuid[])"
        " ORDER BY organization_id, kind, account",
        list(organization_ids),
    )  # fmt: skip
    return [Account(*row.values()) for row in rows]


async def owners_of(transaction: Transaction, *, numbers: Sequence[str]) -> dict[str, UUID]:
    """To whom numbers belong already."""
    rows = await transaction.fetch(
        "SELECT number, organization_id FROM tracked_numbers WHERE number = ANY($1::text[])", list(numbers)
    )
    return {row["number"]: row["organization_id"] for row in rows}


async def owners_of_emails(transaction: Transaction, *, emails: Sequence[str]) -> dict[str, UUID]:
    """To which organization addresses belong already."""
    rows = await transaction.fetch(
        "SELECT email, organization_id FROM members WHERE email = ANY($1::text[])", list(emails)
    )
    return {row["email"]: row["organization_id"] for row in rows}


async def save(transaction: Transaction, *, snapshot: OrganizationChanged, customer: str | None) -> None:
    """A new one, or the next version; whoever keeps the directory in memory is told with the commit."""
    values = (snapshot.organization_version, msgspec.to_builtins(snapshot), customer)
    if snapshot.organization_version == 1:
        await transaction.execute(
            "INSERT INTO organizations (organization_id, slug, version, snapshot, stripe_customer) VALUES ($4, $5, $1, $2, $3)",
            *values,
            snapshot.organization_id,
            snapshot.slug,
        )
    else:
        await transaction.execute(
            "UPDATE organizations SET version = $1, snapshot = $2, stripe_customer = $3 WHERE organization_id = $4",
            *values,
            snapshot.organization_id,
        )
    await transaction.execute("SELECT pg_notify('directory', '')")


async def save_numbers(transaction: Transaction, *, snapshot: OrganizationChanged, now: datetime) -> None:
    """Those that it has now. Raises asyncpg.UniqueViolationError or InsufficientPrivilegeError for another shop's."""
    own, lines = snapshot.organization_id, [(each.number, each.provider, each.account) for each in snapshot.numbers]
    await transaction.execute(
        "DELETE FROM tracked_numbers WHERE organization_id = $1 AND number <> ALL($2::text[])",
        own,
        [number for number, _, _ in lines],
    )
    if lines:
        await transaction.execute(SAVE_NUMBERS, *map(list, zip(*lines, strict=True)), own, now)


async def save_accounts(transaction: Transaction, *, organization_id: UUID, held: Sequence[Account]) -> None:
    """These and no others."""
    await transaction.execute("DELETE FROM provider_accounts WHERE organization_id = $1", organization_id)
    for each in held:
        await transaction.execute(
            "INSERT INTO provider_accounts (organization_id, kind, account, secrets, signing_keys) VALUES ($1,$2,$3,$4,$5)",
            organization_id, each.kind, each.account, each.secrets, each.signing_keys,
        )  # fmt: skip


async def save_members(
    transaction: Transaction, *, snapshot: OrganizationChanged, password_hashes: Mapping[str, str]
) -> None:
    """Added or updated; a password counts for a new member only."""
    people = [
        (m.member_id, m.email, m.name, m.role, password_hashes.get(m.email), m.epoch, m.active)
        for m in snapshot.members
    ]
    if people:
        await transaction.execute(SAVE_MEMBERS, *map(list, zip(*people, strict=True)), snapshot.organization_id)
