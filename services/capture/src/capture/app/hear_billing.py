"""An event of Stripe's: kept once, and what it says of a subscription decides what the organization may do."""

from datetime import datetime
from typing import Final

from capture.app.settle_billing import settle
from capture.gateway.billing import BillingEvent
from capture.store import billing
from chassis.database import Database
from chassis.keys import Keys
from chassis.log import get_logger
from chassis.metrics import counter

log = get_logger(__name__)
_heard: Final = counter("billing_events", "Events of Stripe's by what became of them", ("what",))


class HearBilling:
    """All in one transaction: an event that was answered has had its effect."""

    def __init__(self, *, database: Database, keys: Keys) -> None:
        self._database, self._keys = database, keys

    async def __call__(self, event: BillingEvent, *, now: datetime) -> None:
        async with self._database.work() as transaction:
            new = await billing.note_event(
                transaction, event_id=event.event_id, kind=event.kind, customer=event.customer, subscription=event.subscription,
                status=event.status, status_before=event.status_before, created_at=event.created_at, now=now,
            )  # fmt: skip
            if not new:
                _heard.labels("repeated").inc()
                return
            concerned = []
            if event.customer is not None and (event.subscription or event.organization_id):
                concerned = await billing.organizations_of(transaction, customer=event.customer)
            if event.organization_id is not None and event.organization_id not in concerned:
                concerned.append(event.organization_id)
            for organization_id in sorted(concerned):
                await settle(
                    transaction, organization_id=organization_id, keys=self._keys, now=now, customer=event.customer
                )
        _heard.labels("settled" if concerned else "kept").inc()
        log.info("billing_event", kind=event.kind, organizations=len(concerned))
