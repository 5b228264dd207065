"""A thread goes to the office: stored, told to whoever alerts people, and visible in the thread."""

from datetime import datetime
from typing import Any, Final

from chassis import ids
from chassis.database import Transaction
from chassis.telemetry import current_traceparent
from contracts.inbound import TextReceived
from contracts.leads import LeadChanged, OfficeNeeded, OfficeReason
from messaging.domain.response import Complete, Danger, HandOver, Reason, Step, Warn
from messaging.store import conversations, threads
from messaging.store.threads import Item, Writing

DANGERS: Final[dict[Danger, str]] = {
    "gas": "Danger: says that it smells of gas",
    "carbon_monoxide": "Danger: says that there may be carbon monoxide",
    "fire": "Danger: says that something burns or smokes",
    "medical": "Danger: says that somebody's health is at risk",
}
REASONS: Final[dict[Reason, str]] = {
    "vulnerable": "Urgent, with somebody in the house who is very young, old or ill",
    "wants_person": "Asks for a person",
    "angry": "Sounds angry",
    "question": "Asks something that only you can answer",
    "unsure": "Automation did not understand the answers",
    "details_complete": "All that a visit needs is known: find a time",
    "visit": "Writes about a visit",
    "wrong_number": "Says that this is the wrong number",
}


async def hand_over(
    transaction: Transaction, text: TextReceived, *, lead_id: Any, step: Step, urgent: bool, now: datetime
) -> None:
    """Does nothing for a step that leaves the thread with automation."""
    reason, sentence = _reason(step)
    if reason is None:
        return
    row = await conversations.hand_over(transaction, lead_id=lead_id, reason=sentence, urgent=urgent, at=now)
    common: dict[str, Any] = {
        "organization_id": text.organization_id,
        "organization_version": text.organization_version,
        "occurred_at": now,
        "homeowner_id": text.homeowner_id,
        "lead_id": lead_id,
    }
    changed = LeadChanged(
        **common, event_id=ids.new_id(), lead_version=row["version"], status=row["status"], who_acts_next="office",
        assigned_to=row["assigned_to"], reason=sentence,
    )  # fmt: skip
    needed = OfficeNeeded(
        **common, event_id=ids.derived_id("office-needed", str(text.event_id)), reason=reason, sentence=sentence, urgent=urgent,
        message_id=text.message_id,
    )  # fmt: skip
    item = Item(
        ids.derived_id("handed-over", str(text.event_id)), text.organization_id, text.homeowner_id, lead_id, "status", now, None,
        {"what": "handed_over", "reason": sentence, "needs": reason},
    )  # fmt: skip
    writing = Writing(items=[item], events=[changed, needed])
    await threads.write(transaction, writing=writing, traceparent=current_traceparent())


def _reason(step: Step) -> tuple[OfficeReason | None, str]:
    match step:
        case Warn(danger):
            return "safety", DANGERS[danger]
        case Complete():
            return "details_complete", REASONS["details_complete"]
        case HandOver(reason):
            return reason, REASONS[reason]
        case _:
            return None, ""
