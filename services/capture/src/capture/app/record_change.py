"""Stores a changed organization, audits it with before and after, and tells everybody: one path for pages and commands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec

from capture.app import shop_state
from capture.app.shop_state import ShopState
from capture.store import organizations, setting_changes
from chassis import ids
from chassis.database import Transaction
from chassis.keys import Keys
from contracts.audit import Change, ChangeAudited
from contracts.organizations import OrganizationChanged


class Actor(NamedTuple):
    """Who changes it: a member by id, or a command by name."""

    kind: Literal["member", "command", "automation"]
    name: str
    member_id: UUID | None = None


def member(member_id: UUID) -> Actor:
    return Actor("member", str(member_id), member_id)


async def record_change(
    transaction: Transaction,
    *,
    before: ShopState | None,
    draft: ShopState,
    keys: Keys,
    actor: Actor,
    now: datetime,
    password_hashes: Mapping[str, str] | None = None,
    action: str = "changed",
    told: Mapping[str, str] | None = None,
) -> OrganizationChanged:
    """The organization as it stands then. `before` is locked, None for a new one; `told` adds to the audit entry.

    Nothing is written when nothing changed, unless there is something to be told.
    """
    old = {} if before is None else shop_state.shown(before, keys)
    new = shop_state.shown(draft, keys)
    if before is not None and old == new and not told:
        return before.snapshot
    version = 1 if before is None else before.snapshot.organization_version + 1
    after = msgspec.structs.replace(
        draft.snapshot, event_id=ids.new_id(), occurred_at=now, organization_version=version
    )
    await _save(transaction, before, draft._replace(snapshot=after), now, password_hashes or {})
    await setting_changes.note(
        transaction, organization_id=after.organization_id, parts=shop_state.changed_parts(old, new), version=version,
        at=now, actor_kind=actor.kind, actor=actor.name, member_id=actor.member_id,
    )  # fmt: skip
    word = action if old else "created"
    transaction.append(after, _audit(after, actor=actor, action=word, changes=_changes(old, new, told or {})))
    return after


async def _save(
    transaction: Transaction,
    before: ShopState | None,
    after: ShopState,
    now: datetime,
    password_hashes: Mapping[str, str],
) -> None:
    """Only what differs: a page may write no more than it changes."""
    own, old = after.snapshot.organization_id, before.snapshot if before else None
    await organizations.save(transaction, snapshot=after.snapshot, customer=after.customer)
    if old is None or old.numbers != after.snapshot.numbers:
        await organizations.save_numbers(transaction, snapshot=after.snapshot, now=now)
    if before is None or before.held != after.held:
        await organizations.save_accounts(transaction, organization_id=own, held=after.held)
    if old is None or old.members != after.snapshot.members or password_hashes:
        await organizations.save_members(transaction, snapshot=after.snapshot, password_hashes=password_hashes)


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], told: Mapping[str, str]) -> tuple[Change, ...]:
    """Each field that changed, before and after, as JSON."""
    found = [
        Change(field=name, before=_json(old[name]) if name in old else None, after=_json(value))
        for name, value in new.items()
        if name not in old or old[name] != value
    ]
    return (*found, *(Change(field=name, before=None, after=_json(value)) for name, value in told.items()))


def _audit(after: OrganizationChanged, *, actor: Actor, action: str, changes: tuple[Change, ...]) -> ChangeAudited:
    return ChangeAudited(
        event_id=ids.new_id(), organization_id=after.organization_id, organization_version=after.organization_version, occurred_at=after.occurred_at,
        actor_kind=actor.kind, actor=actor.name, member_id=actor.member_id, subject_kind="organization", subject_id=str(after.organization_id),
        action=action, changes=changes,
    )  # fmt: skip


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
