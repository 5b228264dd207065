"""What an organization may do follows from all that Stripe told of its customer; worked out anew after each event and at a start."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from capture.app import shop_state
from capture.app.record_change import Actor, record_change
from capture.app.shop_state import ShopState
from capture.domain.standing import standing
from capture.store import billing
from chassis.clock import Clock
from chassis.database import Database, Transaction
from chassis.keys import Keys
from contracts.organizations import Billing

STRIPE: Final = Actor("automation", "Stripe")


async def settled(transaction: Transaction, state: ShopState, *, metered: bool = True) -> ShopState:
    """With the standing of its customer: everything is on before the first word of a subscription, and without Stripe."""
    before = state.snapshot.billing
    if state.customer is None or not metered:
        after = msgspec.structs.replace(before, status="unmetered", past_due_since=None)
    else:
        stands = standing(await billing.told_of(transaction, customer=state.customer))
        status, since = stands or ("active", None)
        after = msgspec.convert(
            {**msgspec.to_builtins(before), "status": status, "past_due_since": since}, Billing, strict=False
        )
    return state._replace(snapshot=msgspec.structs.replace(state.snapshot, billing=after))


async def settle(
    transaction: Transaction, *, organization_id: UUID, keys: Keys, now: datetime, customer: str | None = None, metered: bool = True
) -> None:  # fmt: skip
    """Locks, works out and tells, when anything changed. `customer` is linked where none was."""
    before = await shop_state.load(transaction, organization_id=organization_id)
    if before is None:
        return
    linked = before._replace(customer=before.customer or customer)
    draft = await settled(transaction, linked, metered=metered)
    await record_change(transaction, before=before, draft=draft, keys=keys, actor=STRIPE, now=now)


class SettleAll:
    """A loop's step, first at the start: the deployment may have been given Stripe's keys since, or they were taken away."""

    def __init__(self, *, database: Database, keys: Keys, clock: Clock, metered: bool) -> None:
        self._database, self._keys, self._clock, self._metered = database, keys, clock, metered

    async def __call__(self) -> bool:
        now = self._clock.now()
        async with self._database.work() as transaction:
            all_of_them = await billing.organizations_of_all(transaction)
        for organization_id in all_of_them:
            async with self._database.work() as transaction:
                await settle(
                    transaction, organization_id=organization_id, keys=self._keys, now=now, metered=self._metered
                )
        return False
