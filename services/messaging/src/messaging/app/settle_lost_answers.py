"""Texts of which nobody knows whether the carrier has them: its own list is asked before any second try."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from chassis.clock import Clock
from chassis.database import Database
from chassis.log import get_logger
from chassis.metrics import counter
from messaging.app.record_answer import SETTLE_AFTER, end_text, ended, record_taken, tell_office
from messaging.app.sending import Carriers, Sender
from messaging.domain.delivery import TRIES
from messaging.gateway.carrier import Carrier, CarrierText
from messaging.store import texts

AGAIN: Final = timedelta(seconds=60)
GIVE_UP: Final = timedelta(hours=1)
CLOCKS_APART: Final = timedelta(minutes=2)
AT_ONCE: Final = 10
NOBODY_KNOWS: Final = "nobody knows whether the carrier has it; it is not tried again"

log = get_logger(__name__)
_settled: Final = counter("texts_settled", "Lost answers by how they were settled", ("how",))


class SettleLostAnswers:
    """A loop's step. Our text is recognized in the carrier's list by from, to, body and time, and by belonging to no other."""

    def __init__(self, *, database: Database, sender: Sender, carriers: Carriers, clock: Clock) -> None:
        self._database, self._sender, self._carriers, self._clock = database, sender, carriers, clock

    async def __call__(self) -> bool:
        now = self._clock.now()
        async with self._database.work() as transaction:
            await texts.abandoned(transaction, now=now, settle_after=SETTLE_AFTER, in_hand=self._sender.in_hand)
            rows = await texts.unsettled(transaction, now=now, again=AGAIN, limit=AT_ONCE)
        await asyncio.gather(*[self._one(row, now) for row in rows])
        return len(rows) == AT_ONCE

    async def _one(self, row: asyncpg.Record, now: datetime) -> None:
        carrier = self._carriers(row["organization_id"], row["from_number"])
        listed = await _listed(carrier, row) if carrier is not None else None
        if listed is None:
            await self._not_asked(row, now)
        else:
            await self._settle(row, listed)

    async def _not_asked(self, row: asyncpg.Record, now: datetime) -> None:
        """The list cannot be read: after an hour the office is told, and only a callback can settle it."""
        log.warning("carrier_list_not_read", text_id=str(row["text_id"]))
        if now - row["attempted_at"] < GIVE_UP:
            return
        async with self._database.work() as transaction:
            present = await texts.locked(transaction, text_id=row["text_id"])
            if present is not None and present["state"] == "unsettled":
                await texts.record_state(transaction, text_id=row["text_id"], state="unsettled", reason=NOBODY_KNOWS)
                transaction.append(ended(present, state="unsettled", reason=NOBODY_KNOWS, error_code=None, now=now))
                tell_office(transaction, row=present, sentence=f"A text: {NOBODY_KNOWS}", now=now)
        _settled.labels("nobody knows").inc()

    async def _settle(self, row: asyncpg.Record, listed: list[CarrierText]) -> None:
        now = self._clock.now()
        async with self._database.work() as transaction:
            # One after the other: two texts of the same words must not both find the same one at the carrier.
            await texts.settle_alone(transaction, homeowner_id=row["homeowner_id"])
            present = await texts.locked(transaction, text_id=row["text_id"])
            if present is None or present["state"] != "unsettled" or present["attempt"] != row["attempt"]:
                return
            if await texts.twin_on_its_way(transaction, text=present):
                return  # whose the carrier's newest is stands only with its answer: the next look knows
            known = await texts.claimed_provider_ids(transaction, provider_ids=[each.provider_id for each in listed])
            found = next((each for each in listed if each.provider_id not in known), None)
            if found is not None:
                await record_taken(
                    transaction, text_id=row["text_id"], provider=found.provider, provider_id=found.provider_id, now=now
                )
                _settled.labels("carrier has it").inc()
            elif present["attempt"] >= TRIES:
                reason = f"Not sent: the carrier gave no answer, after {TRIES} tries"
                await end_text(transaction, row=present, state="failed", reason=reason, error_code=None, now=now)
                _settled.labels("given up").inc()
            else:
                reason = "the carrier does not have it; it is tried again"
                await texts.record_state(transaction, text_id=row["text_id"], state="queued", reason=reason, due_at=now)
                transaction.after_commit(self._sender.bell.ring)
                _settled.labels("tried again").inc()


async def _listed(carrier: Carrier, row: asyncpg.Record) -> list[CarrierText] | None:
    """Texts in the carrier's list that may be this one, oldest first; an account on trial puts words before ours.
    A photo alone has none.
    """
    listed = await carrier.texts(from_number=row["from_number"], to_number=row["to_number"])
    if listed is None:
        return None
    since, body = row["attempted_at"] - CLOCKS_APART, row["body"].strip()
    same = [
        each
        for each in listed
        if (each.body.strip().endswith(body) if body else not each.body.strip())
        and (each.created_at is None or each.created_at >= since)
    ]
    return sorted(same, key=lambda each: each.created_at or since)
