"""The carrier tells how a text fares: states only move forward, and a callback settles a text whose answer was lost."""

from datetime import datetime
from typing import Final, Literal

import asyncpg

from chassis.database import Transaction
from contracts.inbound import DeliveryReported
from messaging.app.record_answer import end_text, next_moment, note_refusal, record_taken
from messaging.app.stopping import resume_by_arrival
from messaging.domain.carrier_words import in_words
from messaging.domain.delivery import error_class
from messaging.domain.wording import coming_time
from messaging.store import texts

ENDS: Final = ("delivered", "undelivered", "failed")
WAITS: Final = ("queued", "held", "awaiting_approval")


async def record_delivery(transaction: Transaction, report: DeliveryReported, *, now: datetime, zone: str) -> None:
    """A report of a text that is not this homeowner's changes nothing; a state or code we do not know is only kept.

    `zone` is the shop's.
    """
    row = await texts.locked(transaction, text_id=report.text_id)
    if row is None or row["homeowner_id"] != report.homeowner_id:
        return
    told = report.raw_state if report.error_code is None else f"{report.raw_state} {report.error_code}"
    await texts.record_carrier_state(transaction, text_id=report.text_id, told=told)
    if report.provider_message_id in row["earlier_ids"]:
        await _of_an_earlier_try(transaction, row, report, now)
        return
    taken = await record_taken(
        transaction, text_id=report.text_id, provider=report.provider, provider_id=report.provider_message_id, now=now
    )
    row = await texts.locked(transaction, text_id=report.text_id) if taken else row
    if row is None or report.state not in ENDS:
        return
    if report.state == "delivered":
        if await end_text(transaction, row=row, state="delivered", reason="Delivered", error_code=None, now=now):
            await resume_by_arrival(transaction, text=row, now=now)
        return
    await _failed(transaction, row, report, now, zone)


async def _failed(
    transaction: Transaction, row: asyncpg.Record, report: DeliveryReported, now: datetime, zone: str
) -> None:
    """The carrier had it and could not deliver it: what may pass by itself is tried again later, the rest is an end."""
    code, kind = report.error_code, error_class(report.error_code)
    words = f"Not delivered: {in_words(code) if code else 'the carrier did not say why'}"
    again_at = next_moment(row, code=code, now=now) if kind == "transient" and row["state"] == "sent" else None
    if again_at is not None:
        told = f"{words}, one more try at {coming_time(again_at, zone=zone, now=now)}"
        await texts.try_again_later(transaction, text_id=row["text_id"], reason=told, error_code=code, due_at=again_at)
        return
    state: Literal["undelivered", "failed"] = "undelivered" if report.state == "undelivered" else "failed"
    news = await end_text(transaction, row=row, state=state, reason=words, error_code=code, now=now)
    if news or kind == "opted_out":  # an opt-out counts however late it is told
        await note_refusal(transaction, row=row, code=code, kind=kind, now=now)


async def _of_an_earlier_try(
    transaction: Transaction, row: asyncpg.Record, report: DeliveryReported, now: datetime
) -> None:
    """It arrived after all, as long as no second one is on its way; anything else was known."""
    if report.state == "delivered" and row["state"] in WAITS:
        await texts.arrived_after_all(transaction, text_id=row["text_id"], provider_id=report.provider_message_id)
        row = await texts.locked(transaction, text_id=row["text_id"]) or row
        await end_text(transaction, row=row, state="delivered", reason="Delivered", error_code=None, now=now)
