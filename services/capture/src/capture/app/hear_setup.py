"""What other services tell of a shop's set-up: evidence for the checklist of going live."""

from collections.abc import Sequence
from uuid import UUID

from capture.store import readiness
from capture.store.readiness import LackingText, WordsTold
from chassis.database import Transaction
from contracts.base import Event
from contracts.setup import WordsChecked


async def hear_setup(transaction: Transaction, events: Sequence[Event]) -> None:
    """Of each shop the newest word; order is the producer's version, not that of hearing."""
    newest: dict[UUID, WordsTold] = {}
    for event in events:
        if isinstance(event, WordsChecked):
            known = newest.get(event.organization_id)
            if known is None or known.version < event.version:
                newest[event.organization_id] = _told(event)
    for organization_id, told in sorted(newest.items()):
        await readiness.note_words(transaction, organization_id=organization_id, told=told)


def _told(event: WordsChecked) -> WordsTold:
    lacking = [LackingText(each.template, each.title, each.wrong) for each in event.lacking]
    return WordsTold(event.version, len(event.looked_at), lacking, event.occurred_at)
