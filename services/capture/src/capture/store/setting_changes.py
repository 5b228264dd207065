"""Who changed which part of a shop's settings last, and with which version."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from chassis.database import Transaction

NOTE: Final = """
INSERT INTO setting_changes (organization_id, part, version, changed_at, actor_kind, actor, member_id)
SELECT $1, part, $3, $4, $5, $6, $7 FROM unnest($2::text[]) AS u(part) ORDER BY part
ON CONFLICT (organization_id, part) DO UPDATE SET version = excluded.version, changed_at = excluded.changed_at,
    actor_kind = excluded.actor_kind, actor = excluded.actor, member_id = excluded.member_id
"""


class LastChange(NamedTuple):
    """`version` is the organization's at that change; `actor` a command's name or a member's id."""

    part: str
    version: int
    changed_at: datetime
    actor_kind: str
    actor: str
    member_id: UUID | None


async def note(
    transaction: Transaction,
    *,
    organization_id: UUID,
    parts: Collection[str],
    version: int,
    at: datetime,
    actor_kind: str,
    actor: str,
    member_id: UUID | None,
) -> None:
    await transaction.execute(NOTE, organization_id, sorted(parts), version, at, actor_kind, actor, member_id)


async def last(transaction: Transaction, *, organization_id: UUID) -> dict[str, LastChange]:
    """By part."""
    rows = await transaction.fetch(
        "SELECT part, version, changed_at, actor_kind, actor, member_id FROM setting_changes WHERE organization_id = $1",
        organization_id,
    )
    return {row["part"]: LastChange(*row.values()) for row in rows}
