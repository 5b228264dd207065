"""The inbox: what a consumer has taken, written in the transaction of its effect."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from chassis.database import Transaction
from contracts.base import Event

TAKE: Final = """
INSERT INTO inbox (consumer, event_id) SELECT $1, * FROM unnest($2::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id
"""
PRUNE: Final = """
DELETE FROM inbox WHERE (consumer, event_id) IN
    (SELECT consumer, event_id FROM inbox WHERE received_at < $2 AND consumer = $1 ORDER BY received_at LIMIT $3)
"""
PRUNED_AT_ONCE: Final = 5000


async def take(transaction: Transaction, *, consumer: str, events: Sequence[Event]) -> list[Event]:
    """The events that are new, in order; from now on they are taken, if this transaction commits."""
    rows = await transaction.fetch(TAKE, consumer, [event.event_id for event in events])
    new: set[UUID] = {row["event_id"] for row in rows}
    if len(new) == len(events):
        return list(events)
    taken = []
    for event in events:
        if event.event_id in new:
            new.discard(event.event_id)  # the same event twice in one batch
            taken.append(event)
    return taken


async def prune(transaction: Transaction, *, consumer: str, before: datetime) -> bool:
    """Forgets what no topic can bring again; True when there is more of it."""
    said = await transaction.execute(PRUNE, consumer, before, PRUNED_AT_ONCE)
    return said == f"DELETE {PRUNED_AT_ONCE}"
