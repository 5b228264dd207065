"""What Stripe tells decides what a shop may do, and a credit is given once."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from capture_service import shop_text

from capture.app.credit_invoice import GiveCredits, OweCredits
from capture.app.hear_billing import HearBilling
from capture.app.settle_billing import SettleAll
from capture.gateway.billing import BillingError, BillingEvent, Credited
from chassis import ids
from chassis.database import Database
from chassis.doorbell import Doorbell
from chassis.settings import Settings
from chassis.testing import FixedClock
from contracts import envelope
from contracts.guarantee import CreditDue
from contracts.organizations import OrganizationChanged

NOON = datetime(2026, 11, 24, 18, tzinfo=UTC)
CUSTOMER = "cus_123"
LINKED = shop_text(extra=f"billing: {{stripe_customer: {CUSTOMER}}}")


class PretendStripe:
    """Takes credits; `trouble` is raised instead, `forgets` loses the answer after it was done."""

    def __init__(self) -> None:
        self.items: dict[UUID, Credited] = {}
        self.asked = 0
        self.trouble: str | None = None
        self.forgets = False

    async def credit(self, *, credit_id: UUID, **_: str) -> Credited:
        self.asked += 1
        if self.trouble:
            raise BillingError(self.trouble)
        done = self.items.setdefault(credit_id, Credited(f"ii_{len(self.items)}", 9900, "usd"))
        if self.forgets:
            raise BillingError("the answer was lost")
        return done

    def read(self, payload: bytes, *, signature: str) -> BillingEvent:
        raise NotImplementedError

    async def checkout(self, **_: Any) -> str:
        raise NotImplementedError

    async def portal(self, **_: Any) -> str:
        raise NotImplementedError


@pytest.fixture
def hear(database: Database, settings: Settings) -> HearBilling:
    return HearBilling(database=database, keys=settings.keys)


def event(second: int, status: str, *, what: str = "updated", customer: str = CUSTOMER, **changes: Any) -> BillingEvent:
    made = BillingEvent(
        event_id=f"evt_{customer}_{second}_{status}", kind=f"customer.subscription.{what}", created_at=NOON + timedelta(seconds=second), customer=customer,
        subscription="sub_1", status=status,
    )  # fmt: skip
    return made._replace(**changes)


async def stands(database: Database) -> OrganizationChanged:
    """The newest snapshot that everybody hears."""
    payload = await database.work_pool.fetchval(
        "SELECT payload FROM outbox WHERE type = 'organization.changed.v1' ORDER BY seq DESC LIMIT 1"
    )
    found = envelope.decode({"ce_type": "organization.changed.v1"}, payload)
    assert isinstance(found, OrganizationChanged)
    return found


async def test_each_word_of_stripe_changes_the_snapshot_once(shops: Any, hear: HearBilling, database: Database) -> None:
    begun = await shops.apply(LINKED)
    assert begun.billing.status == "active"
    await hear(event(10, "past_due"), now=NOON)
    await hear(event(10, "past_due"), now=NOON)
    await hear(event(20, "past_due"), now=NOON)
    after = await stands(database)
    assert (after.billing.status, after.billing.past_due_since) == ("past_due", NOON + timedelta(seconds=10))
    assert after.organization_version == begun.organization_version + 1
    audited = await database.work_pool.fetchval(
        "SELECT convert_from(payload, 'utf8') FROM outbox WHERE type = 'change.audited.v1' ORDER BY seq DESC LIMIT 1"
    )
    assert '"actor":"Stripe"' in audited


async def test_whatever_the_order_the_newest_wins(shops: Any, hear: HearBilling, database: Database) -> None:
    story = [event(1, "trialing", what="created"), event(5, "active"), event(9, "past_due"), event(12, "unpaid")]
    await shops.apply(LINKED)
    for index, order in enumerate(itertools.islice(itertools.permutations(story), 0, 24, 5)):
        await database.work_pool.execute("DELETE FROM stripe_events")
        for each in order:
            await hear(each._replace(event_id=f"{each.event_id}_{index}"), now=NOON)
        assert (await stands(database)).billing.status == "unpaid"


async def test_what_was_told_before_the_shop_was_linked_counts(shops: Any, hear: HearBilling) -> None:
    await hear(event(1, "past_due"), now=NOON)
    shop = await shops.apply(LINKED)
    assert (shop.billing.status, shop.billing.past_due_since) == ("past_due", NOON + timedelta(seconds=1))
    assert (await shops.apply("organization: northside\nbilling: null")).billing.status == "unmetered"


async def test_another_customer_s_events_and_other_kinds_change_nothing(
    shops: Any, hear: HearBilling, database: Database
) -> None:
    begun = await shops.apply(LINKED)
    await hear(event(1, "canceled", customer="cus_other"), now=NOON)
    await hear(BillingEvent(event_id="evt_9", kind="invoice.paid", created_at=NOON, customer=CUSTOMER), now=NOON)
    assert (await stands(database)).organization_version == begun.organization_version
    assert await database.work_pool.fetchval("SELECT count(*) FROM stripe_events") == 2


async def test_a_plan_begun_on_our_page_links_the_customer_and_never_replaces_one(
    shops: Any, hear: HearBilling, database: Database
) -> None:
    shop = await shops.apply(shop_text())
    assert shop.billing.status == "unmetered"
    await hear(event(2, "trialing", what="created", customer="cus_new"), now=NOON)
    done = BillingEvent(
        event_id="evt_done", kind="checkout.session.completed", created_at=NOON, customer="cus_new", organization_id=shop.organization_id
    )  # fmt: skip
    await hear(done, now=NOON)
    assert (await stands(database)).billing.status == "trialing"
    await hear(done._replace(event_id="evt_again", customer="cus_thief"), now=NOON)
    assert await database.work_pool.fetchval("SELECT stripe_customer FROM organizations") == "cus_new"


async def test_without_stripe_everybody_is_unmetered_and_with_it_what_was_told_counts_again(
    shops: Any, hear: HearBilling, database: Database, settings: Settings, clock: FixedClock
) -> None:
    await shops.apply(LINKED)
    await hear(event(1, "unpaid"), now=NOON)
    for metered, status in ((False, "unmetered"), (True, "unpaid")):
        await SettleAll(database=database, keys=settings.keys, clock=clock, metered=metered)()
        assert (await stands(database)).billing.status == status


async def test_grace_days_are_the_shop_s(shops: Any) -> None:
    shop = await shops.apply(LINKED.replace("cus_123}", "cus_123, grace_days: 14}"))
    assert shop.billing.grace_days == 14
    assert (await shops.apply(LINKED)).billing.grace_days == 14


def due(shop: OrganizationChanged, window: UUID) -> CreditDue:
    return CreditDue(
        event_id=ids.new_id(), organization_id=shop.organization_id, occurred_at=NOON, window_id=window, window_start=NOON - timedelta(days=30),
        window_end=NOON, reason="Guarantee: no visit booked in 30 days",
    )  # fmt: skip


async def test_a_window_is_credited_once_however_often_it_is_told_and_whatever_is_lost(
    shops: Any, database: Database, settings: Settings, clock: FixedClock
) -> None:
    shop, window, stripe = await shops.apply(LINKED), ids.new_id(), PretendStripe()
    owe = OweCredits(bell=Doorbell(channel="credits"), clock=clock)
    give = GiveCredits(database=database, keys=settings.keys, stripe=stripe, clock=clock)
    async with database.work() as transaction:
        await owe(transaction, [due(shop, window), due(shop, window)])
    stripe.forgets = True
    await give()
    await give()  # not before its hour
    assert stripe.asked == 1
    stripe.forgets = False
    clock.advance(hours=1)
    async with database.work() as transaction:
        await owe(transaction, [due(shop, window)])
    await give()
    clock.advance(hours=5)
    await give()
    assert (len(stripe.items), stripe.asked) == (1, 2)
    assert (await stands(database)).billing.credited == (window,)
    rows = await database.work_pool.fetch("SELECT amount_cents, stripe_id, trouble FROM credits")
    assert [tuple(row) for row in rows] == [(9900, "ii_0", None)]


async def test_what_cannot_be_given_stays_owed_and_says_why(
    shops: Any, database: Database, settings: Settings, clock: FixedClock
) -> None:
    shop, stripe = await shops.apply(shop_text()), PretendStripe()
    async with database.work() as transaction:
        await OweCredits(bell=Doorbell(channel="credits"), clock=clock)(transaction, [due(shop, ids.new_id())])
    give = GiveCredits(database=database, keys=settings.keys, stripe=stripe, clock=clock)
    await give()
    assert await database.work_pool.fetchval("SELECT trouble FROM credits") == "no customer at Stripe is linked"
    assert stripe.asked == 0
    await shops.apply(LINKED)
    clock.advance(hours=1)
    await give()
    assert (await stands(database)).billing.credited != ()
    assert not await GiveCredits(database=database, keys=settings.keys, stripe=None, clock=clock)()
