"""One-time links, kept as digests: invitations, ways to a new password, and to a new e-mail address."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.database import Transaction
from contracts.organizations import Role


class Invitation(NamedTuple):
    invitation_id: UUID
    organization_id: UUID
    email: str
    name: str
    role: Role
    invited_by: UUID
    invited_at: datetime
    ends_at: datetime


class EmailLink(NamedTuple):
    """`email` becomes the member's address once the link that went there is opened."""

    organization_id: UUID
    member_id: UUID
    email: str
    made_at: datetime
    ends_at: datetime


COLUMNS = ", ".join(Invitation._fields)
EMAIL_COLUMNS = ", ".join(EmailLink._fields)


async def invite(transaction: Transaction, *, invitation: Invitation, digest: bytes) -> None:
    """A second one for the same address takes the place of the first."""
    await transaction.execute(
        f"INSERT INTO invitations ({COLUMNS}, digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        " ON CONFLICT (organization_id, email) DO UPDATE SET invitation_id = excluded.invitation_id, name = excluded.name,"
        " role = excluded.role, digest = excluded.digest, invited_by = excluded.invited_by,"
        " invited_at = excluded.invited_at, ends_at = excluded.ends_at",
        *invitation, digest,
    )  # fmt: skip


async def invitations(transaction: Transaction, *, organization_id: UUID) -> list[Invitation]:
    """Those that nobody took, ended ones too."""
    rows = await transaction.fetch(
        f"SELECT {COLUMNS} FROM invitations WHERE organization_id = $1 ORDER BY invited_at", organization_id
    )
    return [Invitation(*row.values()) for row in rows]


async def invitation(transaction: Transaction, *, invitation_id: UUID) -> Invitation | None:
    row = await transaction.fetch_one(f"SELECT {COLUMNS} FROM invitations WHERE invitation_id = $1", invitation_id)
    return Invitation(*row.values()) if row else None


async def invitation_of(transaction: Transaction, *, digest: bytes, now: datetime) -> Invitation | None:
    """Locked; None for one that ended, was taken, or never was."""
    row = await transaction.fetch_one(
        f"SELECT {COLUMNS} FROM invitations WHERE digest = $1 AND ends_at > $2 FOR UPDATE", digest, now
    )
    return Invitation(*row.values()) if row else None


async def withdraw(transaction: Transaction, *, invitation_id: UUID) -> bool:
    return await transaction.execute("DELETE FROM invitations WHERE invitation_id = $1", invitation_id) == "DELETE 1"


async def make_password_link(
    transaction: Transaction,
    *,
    digest: bytes,
    organization_id: UUID,
    member_id: UUID,
    made_at: datetime,
    ends_at: datetime,
) -> None:
    """Earlier ones of the member end."""
    await drop_password_links(transaction, member_id=member_id)
    await transaction.execute(
        "INSERT INTO password_links (digest, organization_id, member_id, made_at, ends_at) VALUES ($1, $2, $3, $4, $5)",
        digest, organization_id, member_id, made_at, ends_at,
    )  # fmt: skip


async def member_of_link(transaction: Transaction, *, digest: bytes, now: datetime) -> UUID | None:
    """Locked; None for one that ended, was used, or never was."""
    found: UUID | None = await transaction.fetch_value(
        "SELECT member_id FROM password_links WHERE digest = $1 AND ends_at > $2 FOR UPDATE", digest, now
    )
    return found


async def drop_password_links(transaction: Transaction, *, member_id: UUID) -> None:
    await transaction.execute("DELETE FROM password_links WHERE member_id = $1", member_id)


async def make_email_link(transaction: Transaction, *, digest: bytes, asked: EmailLink) -> None:
    """Earlier ones of the member end."""
    await drop_email_link(transaction, member_id=asked.member_id)
    await transaction.execute(
        f"INSERT INTO email_links (digest, {EMAIL_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)", digest, *asked
    )


async def email_link(transaction: Transaction, *, member_id: UUID) -> EmailLink | None:
    row = await transaction.fetch_one(f"SELECT {EMAIL_COLUMNS} FROM email_links WHERE member_id = $1", member_id)
    return EmailLink(*row.values()) if row else None


async def email_link_of(transaction: Transaction, *, digest: bytes, now: datetime) -> EmailLink | None:
    """Locked; None for one that ended, was used, or never was."""
    row = await transaction.fetch_one(
        f"SELECT {EMAIL_COLUMNS} FROM email_links WHERE digest = $1 AND ends_at > $2 FOR UPDATE", digest, now
    )
    return EmailLink(*row.values()) if row else None


async def drop_email_link(transaction: Transaction, *, member_id: UUID) -> None:
    await transaction.execute("DELETE FROM email_links WHERE member_id = $1", member_id)


async def forget(transaction: Transaction, *, before: datetime) -> None:
    await transaction.execute("DELETE FROM password_links WHERE ends_at < $1", before)
    await transaction.execute("DELETE FROM email_links WHERE ends_at < $1", before)
    await transaction.execute("DELETE FROM invitations WHERE ends_at < $1", before)
