"""Visits: emitted by booking, keyed by homeowner; each record is the whole visit with its version."""

from typing import Literal
from uuid import UUID

from contracts.base import E164, HomeownerEvent, Instant

BookingStatus = Literal["requested", "scheduled", "completed", "cancelled", "declined", "no_show"]


class BookingChanged(HomeownerEvent, frozen=True, kw_only=True, tag="booking.changed.v1"):
    """The whole visit as it stands; consumers apply only a higher `booking_version`. `zone` is the shop's.

    `booked_at` is when it was first booked; None: an event from before that was told, the first one heard counts.
    """

    booking_id: UUID
    booking_version: int
    status: BookingStatus
    start_at: Instant
    end_at: Instant
    zone: str
    service: str
    source: str
    homeowner_number: E164
    customer_name: str | None = None
    technician_id: UUID | None = None
    lead_id: UUID | None = None
    homeowner_rang_at: Instant | None = None
    booked_at: Instant | None = None
    address: str | None = None
    postal_code: str | None = None
