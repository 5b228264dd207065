"""What a carrier's answer means for a text: taken, refused for good, tried again, or not known."""

import random
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import asyncpg

from chassis import ids
from chassis.database import Transaction
from contracts.leads import OfficeNeeded, TextEnded, TextSent
from messaging.app.opting_out import record_carrier_refusal
from messaging.app.stopping import stop_line, stop_template
from messaging.app.tell_pages import alerts_changed
from messaging.domain import delivery
from messaging.domain.carrier_words import dead_end, in_words
from messaging.gateway.carrier import Answer, AnswerLost, NeverSent, Refused, Taken
from messaging.store import opt_outs, texts, threads
from messaging.store.texts import Text

SETTLE_AFTER: Final = timedelta(seconds=60)
"""Before a carrier is asked whether it has a text: it may still be taking it in."""

End = Literal["delivered", "undelivered", "failed"]


async def record_answer(transaction: Transaction, *, text: Text, answer: Answer, now: datetime) -> None:
    """One answer to one attempt. An answer to a text that was settled meanwhile changes nothing."""
    match answer:
        case Taken(provider=provider, provider_id=provider_id):
            await record_taken(transaction, text_id=text.text_id, provider=provider, provider_id=provider_id, now=now)
        case AnswerLost(why=why):
            await _lost(transaction, text, why, now)
        case NeverSent():
            await _again(transaction, text, reason="the carrier cannot be reached", code=None, now=now)
        case Refused():
            await _refused(transaction, text, answer, now)


async def record_taken(
    transaction: Transaction, *, text_id: UUID, provider: str, provider_id: str, now: datetime
) -> bool:
    """The carrier has it. False when that was known."""
    row = await texts.record_sent(transaction, text_id=text_id, provider=provider, provider_id=provider_id, at=now)
    if row is None:
        return False
    if row["lead_id"] is not None and row["text_class"] != "compliance":
        await threads.note_text_sent(transaction, lead_id=row["lead_id"], at=now)
    transaction.append(
        TextSent(
            event_id=ids.derived_id("sent", str(text_id), *row["earlier_ids"]),
            organization_id=row["organization_id"],
            occurred_at=now,
            homeowner_id=row["homeowner_id"],
            text_id=text_id,
            lead_id=row["lead_id"],
            text_class=row["text_class"],
            provider=provider,
            provider_message_id=provider_id,
            from_number=row["from_number"],
            segments=row["segments"],
            sent_at=now,
            call_id=row["call_id"],
        )
    )
    return True


async def end_text(
    transaction: Transaction, *, row: asyncpg.Record, state: End, reason: str, error_code: int | None, now: datetime
) -> bool:
    """A text that goes no further. `row` is locked; an end never changes into another: False."""
    if not delivery.moves_forward(row["state"], state):
        return False
    told = reason if state == "delivered" else dead_end(reason, code=error_code)
    await texts.record_state(transaction, text_id=row["text_id"], state=state, reason=told, error_code=error_code)
    transaction.append(ended(row, state=state, reason=told, error_code=error_code, now=now))
    if row["text_class"] == "staff_alert":
        await alerts_changed(transaction, [row["organization_id"]])
    if state != "delivered":
        tell_office(transaction, row=row, sentence=told, now=now)
    return True


def tell_office(transaction: Transaction, *, row: asyncpg.Record, sentence: str, now: datetime) -> None:
    """Nobody but a person gets any further with this homeowner."""
    if row["lead_id"] is not None and row["text_class"] not in ("compliance", "staff_alert"):
        transaction.append(
            OfficeNeeded(
                event_id=ids.derived_id("text failed", str(row["text_id"])),
                organization_id=row["organization_id"],
                occurred_at=now,
                homeowner_id=row["homeowner_id"],
                lead_id=row["lead_id"],
                reason="text_failed",
                sentence=sentence,
            )
        )


async def note_refusal(
    transaction: Transaction, *, row: asyncpg.Record, code: int | None, kind: delivery.ErrorClass, now: datetime
) -> None:
    """What a refusal says about the homeowner's number, the sender, or the words."""
    match kind:
        case "opted_out":
            evidence = ids.derived_id("refused", str(row["text_id"]), str(row["attempt"]))
            await record_carrier_refusal(transaction, text=row, evidence_id=evidence, now=now)
        case "permanent":
            trouble = delivery.trouble_of(code)
            await opt_outs.note_trouble(transaction, homeowner_id=row["homeowner_id"], trouble=trouble)
        case "configuration":
            await stop_line(transaction, text=row, code=code, now=now)
        case "content":
            await stop_template(transaction, text=row, code=code, now=now)
        case _:
            pass


def ended(
    row: asyncpg.Record, *, state: End | Literal["unsettled"], reason: str, error_code: int | None, now: datetime
) -> TextEnded:
    return TextEnded(
        event_id=ids.derived_id("ended", str(row["text_id"]), state),
        organization_id=row["organization_id"],
        occurred_at=now,
        homeowner_id=row["homeowner_id"],
        text_id=row["text_id"],
        lead_id=row["lead_id"],
        text_class=row["text_class"],
        state=state,
        reason=reason,
        error_code=error_code,
    )


async def _lost(transaction: Transaction, text: Text, why: str, now: datetime) -> None:
    row = await _ours(transaction, text)
    if row is not None:
        reason = f"the carrier's answer was lost ({why})"
        await texts.record_state(
            transaction, text_id=text.text_id, state="unsettled", reason=reason, due_at=now + SETTLE_AFTER
        )


async def _refused(transaction: Transaction, text: Text, refused: Refused, now: datetime) -> None:
    code, status = refused.code, refused.http_status
    reason = refused.why or in_words(code, http_status=status)
    kind = delivery.error_class(code, http_status=status)
    if kind == "transient":
        not_before = delivery.left_alone_until(refused.retry_after, now=now)
        await _again(transaction, text, reason=reason, code=code, now=now, not_before=not_before)
        return
    row = await _ours(transaction, text)
    if row is not None:
        await end_text(transaction, row=row, state="failed", reason=f"Not sent: {reason}", error_code=code, now=now)
        await note_refusal(transaction, row=row, code=code, kind=kind, now=now)


async def _again(
    transaction: Transaction,
    text: Text,
    *,
    reason: str,
    code: int | None,
    now: datetime,
    not_before: datetime | None = None,
) -> None:
    """The carrier does not have it: later once more, five tries in all."""
    row = await _ours(transaction, text)
    if row is None:
        return
    again_at = next_moment(row, code=code, now=now, not_before=not_before)
    if again_at is None:
        tries = f", after {text.attempt} tries" if text.attempt > 1 else ""
        told = f"Not sent: {reason}{tries}"
        await end_text(transaction, row=row, state="failed", reason=told, error_code=code, now=now)
        return
    await texts.record_state(
        transaction, text_id=text.text_id, state="queued", reason=reason, error_code=code, due_at=again_at
    )


def next_moment(
    row: asyncpg.Record, *, code: int | None, now: datetime, not_before: datetime | None = None
) -> datetime | None:
    """When a text that did not get through is tried again, if it is."""
    jitter = random.random()  # noqa: S311 -- jitter
    failed_before = bool(row["earlier_ids"])
    return delivery.next_try(
        row["attempt"], code=code, now=now, jitter=jitter, failed_before=failed_before, not_before=not_before
    )


async def _ours(transaction: Transaction, text: Text) -> asyncpg.Record | None:
    """The text while this attempt is the one that counts."""
    row = await texts.locked(transaction, text_id=text.text_id)
    return (
        row if row is not None and row["state"] in ("sending", "unsettled") and row["attempt"] == text.attempt else None
    )
