"""Chains every event that is heard, in the order of hearing."""

import secrets
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from chassis.database import Transaction
from contracts.base import Event, HomeownerEvent, type_of
from contracts.organizations import Member, OrganizationChanged
from proof.domain import chain
from proof.domain.chain import Entry
from proof.store import ledger
from proof.store.ledger import Chained, Head

SALT_BYTES: Final = 16


async def append_events(transaction: Transaction, events: Sequence[Event]) -> None:
    """One batch: heads locked once, numbers given in memory, one statement."""
    heads = await ledger.lock_heads(transaction, organization_ids=[event.organization_id for event in events])
    entries = []
    for event in events:
        entry = _chained(event, heads[event.organization_id])
        heads[event.organization_id] = Head(entry.sequence, entry.digest)
        entries.append(entry)
    await ledger.append(transaction, heads=heads, entries=entries)


def _chained(event: Event, head: Head) -> Chained:
    salt, payload = secrets.token_bytes(SALT_BYTES), msgspec.json.encode(without_secrets(event))
    entry = Entry(
        sequence=head.sequence + 1, type=type_of(event), occurred_at=event.occurred_at, event_id=str(event.event_id),
        content_digest=chain.content_digest(salt=salt, payload=payload), previous=head.digest,
    )  # fmt: skip
    homeowner_id = event.homeowner_id if isinstance(event, HomeownerEvent) else None
    lead_id: UUID | None = getattr(event, "lead_id", None)
    return Chained(
        event.organization_id, entry.sequence, entry.type, event.occurred_at, event.event_id, entry.content_digest, entry.previous, chain.digest(entry),
        homeowner_id, lead_id, salt, payload,
    )  # fmt: skip


def without_secrets(event: Event) -> Any:
    """Neither providers' secrets nor personal data of staff are ledgered."""
    if not isinstance(event, OrganizationChanged):
        return event
    providers = tuple(msgspec.structs.replace(each, sealed_secret=None) for each in event.providers)
    members = tuple(_unnamed(each) for each in event.members)
    return msgspec.structs.replace(event, providers=providers, members=members)


def _unnamed(member: Member) -> Member:
    return msgspec.structs.replace(
        member, name="", email="", alerts=msgspec.structs.replace(member.alerts, number=None)
    )
