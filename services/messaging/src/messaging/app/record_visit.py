"""Booking tells of a visit: its version and state are kept, since texts about it leave only while they are true."""

from chassis import ids
from chassis.consumer import NotYet
from chassis.database import Transaction
from chassis.organizations import Organizations
from contracts.bookings import BookingChanged
from contracts.leads import ConsentRecorded
from messaging.app.shop_facts import shop_of
from messaging.app.text_back_caller import WORDING
from messaging.domain.rules_shop import is_entitled
from messaging.store import consents, visits
from messaging.store.threads import Consent
from messaging.store.visits import Visit


class RecordVisit:
    """Handles `booking.changed.v1`; only a higher version changes anything."""

    def __init__(self, *, organizations: Organizations) -> None:
        self._organizations = organizations

    async def __call__(self, transaction: Transaction, booking: BookingChanged) -> None:
        """Whether the plan was active is asked once, when the visit is first heard of; what cannot be known counts as no."""
        organization = self._organizations.get(booking.organization_id)
        if organization is None:
            raise NotYet("the organization's snapshot has not arrived")
        booked_at = booking.booked_at or booking.occurred_at
        visit = Visit(
            booking_id=booking.booking_id,
            organization_id=booking.organization_id,
            homeowner_id=booking.homeowner_id,
            version=booking.booking_version,
            status=booking.status,
            start_at=booking.start_at,
            end_at=booking.end_at,
            booked_at=booked_at,
            booked_while_entitled=is_entitled(shop_of(organization), booked_at),
        )
        if await visits.apply(transaction, visit=visit):
            await visits.remember_homeowner(
                transaction,
                homeowner_id=booking.homeowner_id,
                organization_id=booking.organization_id,
                number=booking.homeowner_number,
                postal_code=booking.postal_code,
                at=booking.occurred_at,
            )
            await _record_consent(transaction, booking)


async def _record_consent(transaction: Transaction, booking: BookingChanged) -> None:
    """Whoever books by the office or by a system of the shop's gave the number for it; one record is enough."""
    source, _, _ = booking.source.partition(":")
    if source not in ("office", "api"):
        return
    consent_id = ids.derived_id("consent", str(booking.event_id))
    consent = Consent(
        consent_id, booking.organization_id, booking.homeowner_id, booking.source, WORDING, booking.event_id, booking.occurred_at
    )  # fmt: skip
    if await consents.add_first(transaction, consent=consent):
        transaction.append(
            ConsentRecorded(
                event_id=consent_id,
                organization_id=booking.organization_id,
                organization_version=booking.organization_version,
                occurred_at=booking.occurred_at,
                homeowner_id=booking.homeowner_id,
                consent_id=consent_id,
                source="office" if source == "office" else "api",
                wording_version=WORDING,
                evidence_id=booking.event_id,
            )
        )
