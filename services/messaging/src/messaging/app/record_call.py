"""Calls that are no missed call, or more than one: answered, and with a voicemail."""

from datetime import datetime

from chassis.database import Transaction
from chassis.telemetry import current_traceparent
from contracts.inbound import CallAnswered, VoicemailLeft
from messaging.store import facts as facts_store
from messaging.store import texts, threads
from messaging.store.facts import Asked
from messaging.store.threads import Item, NewHomeowner, Sign, Writing


async def record_call(transaction: Transaction, call: CallAnswered | VoicemailLeft, *, now: datetime) -> None:
    """A line in the open thread, else in the newest ended one. A voicemail adds its recording to the call that is there
    already; whom the shop spoke with need not be told that a call of theirs was missed.
    """
    asked = Asked(call.organization_id, call.homeowner_id, call.homeowner_number)
    (facts,) = await facts_store.gather(transaction, asked=[asked], now=now)
    lead_id = facts.lead_id or facts.ended_lead_id
    homeowner = NewHomeowner(call.homeowner_id, call.organization_id, call.homeowner_number, call.tracked_number, now)
    item = Item(
        call.call_id,
        call.organization_id,
        call.homeowner_id,
        lead_id,
        "call",
        call.started_at,
        None,
        _detail(call),
    )
    signs = [Sign(facts.lead_id, call.ended_at)] if facts.lead_id is not None else []
    writing = Writing(homeowners=[homeowner], items=[item], signs=signs)
    await threads.write(transaction, writing=writing, traceparent=current_traceparent())
    if isinstance(call, CallAnswered):
        await threads.note_spoken(transaction, homeowner_id=call.homeowner_id, at=call.ended_at)
        await texts.look_again_now(transaction, homeowner_id=call.homeowner_id, at=now)


def _detail(call: CallAnswered | VoicemailLeft) -> dict[str, object]:
    common = {"call_id": call.call_id, "line": call.tracked_number}
    if isinstance(call, VoicemailLeft):
        recording = {"id": call.recording_id, "url": call.recording_url, "seconds": call.seconds}
        return {**common, "outcome": "voicemail", "recording": recording}
    return {**common, "outcome": "answered", "seconds": call.seconds}
