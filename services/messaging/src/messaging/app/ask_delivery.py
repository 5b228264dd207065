"""How texts fare whose carrier told nothing of it: a callback that was lost is made good by asking, a few times."""

import asyncio
from typing import Final

import asyncpg

from chassis import ids
from chassis.clock import Clock
from chassis.database import Database
from chassis.metrics import counter
from chassis.organizations import Organizations
from contracts.inbound import DeliveryReported
from messaging.app.record_delivery import ENDS, record_delivery
from messaging.app.sending import Carriers
from messaging.store import unreported

AT_ONCE: Final = 20

_asked: Final = counter(
    "deliveries_asked_for", "Texts of whose end a carrier had to be asked, by what it said", ("state",)
)


class AskDelivery:
    """A loop's step. What the carrier says counts like its callback: states only move forward."""

    def __init__(self, *, database: Database, organizations: Organizations, carriers: Carriers, clock: Clock) -> None:
        self._database, self._organizations, self._carriers, self._clock = database, organizations, carriers, clock

    async def __call__(self) -> bool:
        async with self._database.work() as transaction:
            rows = await unreported.to_ask(transaction, now=self._clock.now(), limit=AT_ONCE)
        await asyncio.gather(*map(self._one, rows))
        return len(rows) == AT_ONCE

    async def _one(self, row: asyncpg.Record) -> None:
        organization = self._organizations.get(row["organization_id"])
        carrier = self._carriers(row["organization_id"], row["from_number"])
        fate = await carrier.fate(provider_id=row["provider_id"]) if carrier is not None else None
        _asked.labels(fate.state if fate is not None else "nothing").inc()
        if fate is None or organization is None or fate.state not in ENDS:
            return
        now = self._clock.now()
        report = DeliveryReported(
            event_id=ids.new_id(), organization_id=row["organization_id"], occurred_at=now, homeowner_id=row["homeowner_id"], text_id=row["text_id"],
            provider=row["provider"], provider_message_id=row["provider_id"], tracked_number=row["from_number"], homeowner_number=row["to_number"],
            state=fate.state, raw_state=fate.state, error_code=fate.error_code, reported_at=now,
        )  # fmt: skip
        async with self._database.work() as transaction:
            await record_delivery(transaction, report, now=now, zone=organization.zone)
