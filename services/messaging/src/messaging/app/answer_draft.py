"""What the office says to a draft: yes, yes with other words, or no. A yes is decided again, here and at the moment of sending."""

from typing import Final
from uuid import UUID

from chassis import ids
from chassis.database import Transaction
from messaging.app.ask_for_calls import ask_for_calls
from messaging.app.desk import Desk, NotHere, Refused, Who, audit
from messaging.app.look import context_of, look_at
from messaging.app.opting_out import text_cancelled
from messaging.domain.templates import LONGEST
from messaging.store import approvals, office, templates, texts
from messaging.store import facts as facts_store
from messaging.store.approvals import Answer
from messaging.store.facts import Asked
from messaging.store.texts import Text

WAITS: Final = "awaiting_approval"
LONGEST_REASON: Final = 200


async def approve_draft(desk: Desk, who: Who, *, text_id: UUID, body: str | None) -> str:
    """What becomes of it, as a sentence. `body` is the wording on the screen; the draft's own where it is None.

    Raises NotHere, and Refused where it waits no longer or the words cannot be sent.
    """
    now = desk.clock.now()
    async with desk.database.web(who.organization_id) as transaction:
        text, facts = await _locked(transaction, text_id, desk)
        wording = None if body is None else " ".join(body.split()) if "\n" not in body else body.strip()
        edited = wording is not None and wording not in (text.body, text.body_after_hours)
        if wording is not None and not 0 < len(wording) <= LONGEST:
            raise Refused(f"A text has between 1 and {LONGEST} characters.")
        wanted = text._replace(approved=True, looks=text.looks + 1)
        if edited and wording is not None:
            wanted = wanted._replace(body=wording, body_after_hours=None)
        snapshot = desk.shop(who.organization_id)
        words = await templates.words_of(transaction, organization_ids=[who.organization_id])
        context = context_of(
            snapshot=snapshot,
            facts=facts,
            number=text.to_number,
            status=facts.status or facts.ended_status,
            heard_until=desk.heard.until(text.homeowner_id),
            bookings_until=desk.heard.bookings_until(text.homeowner_id),
            wording=words[who.organization_id],
        )
        look = look_at(wanted, context=context, now=now, version=snapshot.organization_version)
        await texts.put(transaction, seen=[look.text])
        transaction.append(*look.events)
        await ask_for_calls(transaction, [look], now=now)
        await _record(transaction, desk, who, text, action="edited" if edited else "approved", after=look.text.body)
        transaction.after_commit(desk.sent.ring)
    return look.decision.sentence


async def skip_draft(desk: Desk, who: Who, *, text_id: UUID, reason: str) -> None:
    """It does not leave. Raises NotHere, and Refused where it waits no longer."""
    why = " ".join(reason.split())[:LONGEST_REASON]
    told = f"{who.name} skipped it: {why}" if why else f"{who.name} skipped it"
    async with desk.database.web(who.organization_id) as transaction:
        text, _ = await _locked(transaction, text_id, desk)
        await texts.record_state(transaction, text_id=text_id, state="cancelled", reason=f"Not sent — {told}")
        row = await texts.one(transaction, text_id=text_id)
        if row is not None:
            transaction.append(text_cancelled(row, reason=told, now=desk.clock.now()))
        await _record(transaction, desk, who, text, action="skipped", reason=why or None)


async def _locked(transaction: Transaction, text_id: UUID, desk: Desk) -> tuple[Text, facts_store.Facts]:
    """The homeowner first, then the text, as everybody locks them."""
    row = await texts.one(transaction, text_id=text_id)
    if row is None:
        raise NotHere
    asked = Asked(row["organization_id"], row["homeowner_id"], row["to_number"], text_id, row["booking_id"])
    (facts,) = await facts_store.gather(transaction, asked=[asked], now=desk.clock.now())
    text = await approvals.locked(transaction, text_id=text_id)
    if text is None:
        raise NotHere
    if text.state != WAITS:
        said = await approvals.answer_to(transaction, text_id=text_id)
        by = f"{said['member_name']} was faster" if said is not None else text.reason or "it is not true any more"
        raise Refused(f"This draft waits no longer: {by}.")
    return text, facts


async def _record(
    transaction: Transaction,
    desk: Desk,
    who: Who,
    text: Text,
    *,
    action: str,
    after: str | None = None,
    reason: str | None = None,
) -> None:
    now = desk.clock.now()
    answer = Answer(
        ids.new_id(), who.organization_id, text.text_id, action, who.member_id, who.name, now, text.body, reason
    )
    await approvals.answered(transaction, answer=answer)
    # The trail outlives an erasure: it says that words changed, not which.
    audit(
        transaction, who, subject=text.text_id, action=f"draft {action}", before={}, after={"edited": after != text.body} if after else {}, now=now, kind="text"
    )  # fmt: skip
    if text.lead_id is not None:
        await office.note_change(transaction, lead_ids=[text.lead_id])
        transaction.after_commit(desk.changed.ring)
