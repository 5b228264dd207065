"""The office is asked to call where a text about a visit cannot leave before it: its turn, an alert, and why."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from chassis import ids
from chassis.database import Transaction
from contracts.leads import OfficeNeeded
from messaging.app.lead_changed import lead_changed
from messaging.app.look import Look
from messaging.domain.lines import CLASS_WORDS
from messaging.domain.matrix import VISIT_TEXTS
from messaging.domain.visit_calls import call_sentence
from messaging.store import threads


class Unsent(NamedTuple):
    """A text about a visit that does not leave, and why."""

    text_id: UUID
    organization_id: UUID
    homeowner_id: UUID
    lead_id: UUID | None
    text_class: str
    why: str


async def ask_for_calls(transaction: Transaction, looks: Sequence[Look], *, now: datetime) -> None:
    """Of the looks that ask for one. In the transaction that keeps them, with their homeowners locked."""
    asking = [look for look in looks if look.asks_for_a_call]
    await _ask(transaction, [_unsent(look) for look in asking], now)


async def ask_instead_of(
    transaction: Transaction, cancelled: Sequence[asyncpg.Record], *, why: str, now: datetime
) -> None:
    """Of texts that were cancelled together, those about visits. Homeowners are locked here too."""
    unsent = [
        Unsent(row["text_id"], row["organization_id"], row["homeowner_id"], row["lead_id"], row["text_class"], why)
        for row in cancelled
        if row["text_class"] in VISIT_TEXTS
    ]
    await _ask(transaction, unsent, now)


def _unsent(look: Look) -> Unsent:
    text, why = look.text, look.decision.sentence.removeprefix("Not sent — ")
    return Unsent(text.text_id, text.organization_id, text.homeowner_id, text.lead_id, text.text_class, why)


async def _ask(transaction: Transaction, unsent: Iterable[Unsent], now: datetime) -> None:
    """Once for each lead, until somebody called or wrote."""
    for text in unsent:
        row = await threads.ask_for_call(transaction, lead_id=text.lead_id) if text.lead_id is not None else None
        if row is not None:
            _tell(transaction, text, row, now)


def _tell(transaction: Transaction, text: Unsent, lead: asyncpg.Record, now: datetime) -> None:
    sentence = call_sentence(CLASS_WORDS.get(text.text_class, "Text"), text.why)
    transaction.append(
        lead_changed(lead, who_acts_next="office", reason=sentence, now=now),
        OfficeNeeded(
            event_id=ids.derived_id("call about the visit", str(text.text_id)),
            organization_id=text.organization_id,
            occurred_at=now,
            homeowner_id=text.homeowner_id,
            lead_id=lead["lead_id"],
            reason="text_failed",
            sentence=sentence,
        ),
    )
