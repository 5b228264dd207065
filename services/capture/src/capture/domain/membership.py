"""Who may change whom among the members of a shop (product.md section 13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Role = Literal["owner", "admin", "agent"]

ONLY_OWNERS: Final = "Only owners change owners, or make somebody one."
LAST_OWNER: Final = "A shop keeps at least one owner. Make somebody else an owner first."
NOT_ONESELF: Final = "You cannot switch yourself off. Another owner or admin can."
MAY_NOT: Final = "Owners and admins change people."


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """A member as far as these rules look."""

    id: str
    role: Role
    active: bool


def why_not_invite(*, actor: Role, role: Role) -> str | None:
    """None where this role may invite somebody as that one."""
    if actor == "agent":
        return MAY_NOT
    return ONLY_OWNERS if role == "owner" and actor != "owner" else None


def why_not_touch(*, actor: Colleague, target: Colleague) -> str | None:
    """None where somebody may end another's sessions, make him a link, or take his second step away."""
    if actor.role == "agent":
        return MAY_NOT
    return ONLY_OWNERS if target.role == "owner" and actor.role != "owner" else None


def why_not_role(*, actor: Colleague, target: Colleague, role: Role, members: Sequence[Colleague]) -> str | None:
    """None where the target may get this role from the actor."""
    refused = why_not_touch(actor=actor, target=target) or why_not_invite(actor=actor.role, role=role)
    if refused is None and target.role == "owner" and role != "owner" and not _other_owners(target, members):
        return LAST_OWNER
    return refused


def why_not_switch_off(*, actor: Colleague, target: Colleague, members: Sequence[Colleague]) -> str | None:
    """None where the target may be deactivated by the actor."""
    refused = why_not_touch(actor=actor, target=target)
    if refused is None and target.role == "owner" and target.active and not _other_owners(target, members):
        return LAST_OWNER
    return refused or (NOT_ONESELF if actor.id == target.id else None)


def _other_owners(target: Colleague, members: Sequence[Colleague]) -> bool:
    return any(each.role == "owner" and each.active and each.id != target.id for each in members)
