"""Visits as booking tells of them, and texts about them, for tests of messaging without Kafka."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from chassis import ids
from contracts.bookings import BookingChanged
from messaging.app.ask_for_calls import ask_for_calls
from messaging.app.heard import waits_for
from messaging.app.look import context_of, look_at
from messaging.app.record_visit import RecordVisit
from messaging.store import facts as facts_store
from messaging.store import threads
from messaging.store.facts import Asked
from messaging.store.texts import Text
from messaging.store.threads import Writing

LINE = "+13125550123"


def booking(shop: Any, caller: str, **changes: Any) -> BookingChanged:
    start = shop.clock.now() + timedelta(days=2)
    facts = {
        **shop._common(caller), "booking_id": ids.new_id(), "booking_version": 1, "status": "scheduled", "start_at": start, "end_at": start + timedelta(hours=2),
        "zone": "America/Chicago", "service": "diagnostic", "source": "office", "homeowner_number": caller,
    }  # fmt: skip
    return BookingChanged(**{**facts, **changes})


async def hears_of(shop: Any, *bookings: BookingChanged) -> None:
    async with shop.database.work() as transaction:
        for each in bookings:
            await RecordVisit(organizations=shop.organizations)(transaction, each)


async def plans(
    shop: Any,
    caller: str,
    booked: BookingChanged,
    *,
    text_class: str = "reminder",
    version: int = 1,
    lead_id: UUID | None = None,
    wished_at: datetime | None = None,
) -> None:
    """A text about a visit, as whoever plans one does it."""
    homeowner, now = shop.homeowner(caller), shop.clock.now()
    text = Text(
        ids.new_id(), shop.id, homeowner, lead_id, text_class, "Northside: tomorrow at 10. Reply STOP to opt out.", LINE, caller, waits_for(homeowner, text_class), now,
        booking_id=booked.booking_id, visit_version=version, wished_at=wished_at, passes_at=booked.start_at,
    )  # fmt: skip
    async with shop.database.work() as transaction:
        (facts,) = await facts_store.gather(
            transaction, asked=[Asked(shop.id, homeowner, caller, booking_id=booked.booking_id)], now=now
        )
        context = context_of(
            snapshot=shop.organizations.get(shop.id), facts=facts, number=caller, status=None, heard_until=shop.heard.until(homeowner),
            bookings_until=shop.heard.bookings_until(homeowner), consented=True,
        )  # fmt: skip
        look = look_at(text, context=context, now=now, version=1)
        await threads.write(transaction, writing=Writing(texts=[look.text], events=list(look.events)), traceparent=None)
        await ask_for_calls(transaction, [look], now=now)


def hears_booking(shop: Any) -> None:
    for partition in range(12):
        shop.heard.note_bookings(partition, shop.clock.now())
