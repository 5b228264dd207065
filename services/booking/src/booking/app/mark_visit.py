"""A homeowner with a coming visit rang and nobody answered: the visit says so, since they may want to move it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from booking.store import bookings
from chassis import ids
from chassis.clock import Clock
from chassis.database import Transaction
from contracts.base import Event
from contracts.bookings import BookingChanged
from contracts.inbound import CallMissed


class MarkVisit:
    """Handles `call.missed.v1`."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    async def __call__(self, transaction: Transaction, events: Sequence[Event]) -> None:
        now = self._clock.now()
        missed = [event for event in events if isinstance(event, CallMissed)]
        for call in sorted(missed, key=lambda each: (each.homeowner_id, each.ended_at)):
            rows = await bookings.mark_rang(transaction, homeowner_id=call.homeowner_id, at=call.ended_at)
            transaction.append(*(changed(row, now=now) for row in rows))


def changed(row: Any, *, now: datetime) -> BookingChanged:
    """The whole visit as it stands."""
    return BookingChanged(
        event_id=ids.new_id(),
        organization_id=row["organization_id"],
        occurred_at=now,
        homeowner_id=row["homeowner_id"],
        booking_id=row["booking_id"],
        booking_version=row["version"],
        status=row["status"],
        start_at=row["start_at"],
        end_at=row["end_at"],
        zone=row["zone"],
        service=row["service"],
        source=row["source"],
        homeowner_number=row["homeowner_number"],
        customer_name=row["customer_name"],
        technician_id=row["technician_id"],
        lead_id=row["lead_id"],
        homeowner_rang_at=row["homeowner_rang_at"],
    )
