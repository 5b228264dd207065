"""What every act of the office has in common: who, on which thread, and how it is told."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from chassis import ids
from chassis.clock import Clock
from chassis.database import Database, Transaction
from chassis.doorbell import Doorbell
from chassis.keys import Keys
from chassis.organizations import Organizations
from chassis.telemetry import current_traceparent
from contracts.audit import Change, ChangeAudited
from contracts.organizations import OrganizationChanged
from messaging.app import telling
from messaging.app.heard import Heard
from messaging.app.lead_changed import lead_changed
from messaging.app.opting_out import text_cancelled
from messaging.store import office, threads
from messaging.store.threads import Item, Writing

HAS_IT: str = "the office has this thread"


class Who(NamedTuple):
    """The person who does it."""

    member_id: UUID
    organization_id: UUID
    name: str


class NotHere(Exception):
    """There is no such lead, or it is another shop's: nobody is told which."""


class Refused(Exception):
    """It cannot be done now; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Collaborators of the office's use cases. `sent` rings when a text is to leave, `changed` when a row is to be folded.

    Two photos are looked into at once: each takes its share of memory.
    """

    database: Database
    organizations: Organizations
    heard: Heard
    clock: Clock
    keys: Keys
    sent: Doorbell
    changed: Doorbell
    looking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    def shop(self, organization_id: UUID) -> OrganizationChanged:
        found = self.organizations.get(organization_id)
        if found is None:
            raise NotHere
        return found


async def lead_of(transaction: Transaction, lead_id: UUID) -> asyncpg.Record:
    found = await office.lead(transaction, lead_id=lead_id)
    if found is None:
        raise NotHere
    return found


async def locked(transaction: Transaction, lead: asyncpg.Record) -> asyncpg.Record:
    """Homeowner first, then the lead, as everybody locks them."""
    await office.lock_homeowner(transaction, homeowner_id=lead["homeowner_id"])
    row = await office.locked_lead(transaction, lead_id=lead["lead_id"])
    if row is None:
        raise NotHere
    return row


async def change(
    transaction: Transaction, who: Who, *, lead: asyncpg.Record, changes: Mapping[str, Any], action: str, now: datetime
) -> asyncpg.Record:
    """The lead with its changes, told to the other services and to the audit trail. Nothing happens where nothing changes."""
    differing = {name: value for name, value in changes.items() if lead[name] != value}
    if not differing:
        return lead
    row = await office.change_lead(transaction, lead_id=lead["lead_id"], changes=differing)
    stands = await threads.lead(transaction, lead_id=lead["lead_id"])
    transaction.append(
        lead_changed(
            row,
            who_acts_next=telling.turn_of(stands) if stands else "nobody",
            reason=row["ended_reason"] or action,
            now=now,
            changed_by=f"member:{who.member_id}",
        )
    )
    audit(transaction, who, subject=row["lead_id"], action=action, before=lead, after=differing, now=now)
    return row


def audit(
    transaction: Transaction,
    who: Who,
    *,
    subject: UUID,
    action: str,
    before: Mapping[str, Any] | asyncpg.Record,
    after: Mapping[str, Any],
    now: datetime,
    kind: str = "lead",
) -> None:
    transaction.append(
        ChangeAudited(
            event_id=ids.new_id(),
            organization_id=who.organization_id,
            occurred_at=now,
            actor_kind="member",
            actor=who.name,
            member_id=who.member_id,
            subject_kind=kind,
            subject_id=str(subject),
            action=action,
            changes=tuple(
                Change(field=name, before=_json(before[name] if name in before else None), after=_json(value))  # noqa: SIM401 -- a record has no get with a default in older versions
                for name, value in after.items()
            ),
        )
    )


async def write_line(
    transaction: Transaction,
    who: Who,
    *,
    lead: asyncpg.Record,
    kind: str,
    now: datetime,
    body: str | None = None,
    item_id: UUID | None = None,
    **detail: Any,
) -> UUID:
    """A line in the thread that says who did what."""
    item = Item(
        item_id or ids.new_id(), lead["organization_id"], lead["homeowner_id"], lead["lead_id"], kind, now, body,
        {"by": who.member_id, "name": who.name, **detail},
    )  # fmt: skip
    await threads.write(transaction, writing=Writing(items=[item]), traceparent=current_traceparent())
    return item.item_id


async def silence_automation(transaction: Transaction, *, lead_id: UUID, now: datetime, reason: str = HAS_IT) -> None:
    """What it still has to say in this thread does not leave. Before any lock on homeowner or lead."""
    cancelled = await office.cancel_automation(transaction, lead_id=lead_id, reason=f"Not sent — {reason}")
    transaction.append(*(text_cancelled(row, reason=reason, now=now) for row in cancelled))


def _json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()
