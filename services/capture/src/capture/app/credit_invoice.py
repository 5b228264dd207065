"""A credit on the next invoice, given once: owed in a transaction, asked of Stripe outside of any, recorded with the snapshot."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from capture.app import shop_state
from capture.app.record_change import Actor, record_change
from capture.gateway.billing import Billing, BillingError, Credited
from capture.store import billing
from chassis import ids
from chassis.clock import Clock
from chassis.database import Database, Transaction
from chassis.doorbell import Doorbell
from chassis.keys import Keys
from chassis.log import get_logger
from chassis.metrics import counter
from contracts.audit import Change, ChangeAudited
from contracts.base import Event
from contracts.guarantee import CreditDue

LEASE: Final = timedelta(minutes=2)
AGAIN: Final = timedelta(hours=1)
AT_ONCE: Final = 5
NO_CUSTOMER: Final = "no customer at Stripe is linked"

log = get_logger(__name__)
_credits: Final = counter("credits", "Credits on invoices by what became of them", ("what",))


async def owe_credit(
    transaction: Transaction, *, credit_id: UUID, organization_id: UUID, reason: str, actor: Actor, now: datetime
) -> bool:
    """False when it is known. Audited, whoever asks."""
    new = await billing.owe(
        transaction, credit_id=credit_id, organization_id=organization_id, reason=reason, actor=actor.name, now=now
    )
    if new:
        transaction.append(
            ChangeAudited(
                event_id=ids.derived_id("credit owed", str(credit_id)), organization_id=organization_id, occurred_at=now, actor_kind=actor.kind, actor=actor.name,
                member_id=actor.member_id, subject_kind="credit", subject_id=str(credit_id), action="owed",
                changes=(Change(field="reason", before=None, after=msgspec.json.encode(reason).decode()),),
            )
        )  # fmt: skip
    return new


class OweCredits:
    """Handles `guarantee.credit_due.v1`: a window is credited once."""

    def __init__(self, *, bell: Doorbell, clock: Clock) -> None:
        self._bell, self._clock = bell, clock

    async def __call__(self, transaction: Transaction, events: Sequence[Event]) -> None:
        now = self._clock.now()
        for event in events:
            if isinstance(event, CreditDue):
                await owe_credit(
                    transaction, credit_id=event.window_id, organization_id=event.organization_id, reason=event.reason,
                    actor=Actor("automation", "guarantee"), now=now,
                )  # fmt: skip
        transaction.after_commit(self._bell.ring)


class GiveCredits:
    """A loop's step."""

    def __init__(self, *, database: Database, keys: Keys, stripe: Billing | None, clock: Clock) -> None:
        self._database, self._keys, self._stripe, self._clock = database, keys, stripe, clock

    async def __call__(self, credit_id: UUID | None = None) -> bool:
        """`credit_id`: this one alone. Without Stripe nothing is given, and what is owed stays owed."""
        if self._stripe is None:
            return False
        async with self._database.work() as transaction:
            rows = await billing.claim_owed(
                transaction, now=self._clock.now(), lease=LEASE, limit=AT_ONCE, credit_id=credit_id
            )
        for row in rows:
            await self._give(self._stripe, row)
        return len(rows) == AT_ONCE

    async def _give(self, stripe: Billing, row: asyncpg.Record) -> None:
        async with self._database.work() as transaction:
            state = await shop_state.load(transaction, organization_id=row["organization_id"])
        customer = state.customer if state else None
        try:
            if customer is None:
                raise BillingError(NO_CUSTOMER)
            done = await stripe.credit(credit_id=row["credit_id"], customer=customer, reason=row["reason"])
        except BillingError as error:
            _credits.labels("put off").inc()
            log.warning("credit_put_off", credit_id=str(row["credit_id"]), reason=str(error))
            async with self._database.work() as transaction:
                due_at = self._clock.now() + AGAIN
                await billing.not_given(transaction, credit_id=row["credit_id"], trouble=str(error), due_at=due_at)
            return
        await self._record(row, done)
        _credits.labels("given").inc()

    async def _record(self, row: asyncpg.Record, done: Credited) -> None:
        """With the snapshot that tells everybody, in one transaction."""
        now, credit_id = self._clock.now(), row["credit_id"]
        async with self._database.work() as transaction:
            before = await shop_state.load(transaction, organization_id=row["organization_id"])
            new = await billing.given(
                transaction, credit_id=credit_id, stripe_id=done.stripe_id, amount_cents=done.amount_cents, currency=done.currency, now=now
            )  # fmt: skip
            if before is None or not new:
                return
            told = before.snapshot.billing
            credited = msgspec.structs.replace(told, credited=(*told.credited, credit_id))
            draft = before._replace(snapshot=msgspec.structs.replace(before.snapshot, billing=credited))
            await record_change(
                transaction, before=before, draft=draft, keys=self._keys, actor=Actor("automation", "Stripe"), now=now, action="credited",
                told={"credit": f"{done.amount_cents} cents ({done.currency}), {done.stripe_id}"},
            )  # fmt: skip


def shown(row: asyncpg.Record) -> dict[str, Any]:
    """As the command prints it."""
    return {
        "id": row["credit_id"],
        "state": "given" if row["given_at"] else "owed",
        "amount_cents": row["amount_cents"],
        "currency": row["currency"],
        "stripe_id": row["stripe_id"],
        "trouble": row["trouble"],
    }
