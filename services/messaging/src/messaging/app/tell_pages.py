"""Tells open pages that alerts changed; what changed they ask themselves."""

from collections.abc import Iterable
from uuid import UUID

from chassis.database import Transaction
from messaging.app.fold_inbox import CHANNEL
from messaging.store import inbox


async def alerts_changed(transaction: Transaction, organization_ids: Iterable[UUID]) -> None:
    """Once this is committed: `a ORGANIZATION`."""
    messages = [f"a {each}" for each in sorted(set(organization_ids))]
    if messages:
        await inbox.tell(transaction, channel=CHANNEL, messages=messages)
