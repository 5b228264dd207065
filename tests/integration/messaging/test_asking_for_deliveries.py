"""A text whose delivery callback was lost is asked for at the carrier, a few times, and only moves forward."""

from typing import Any

import pytest

from chassis.testing import FixedClock
from messaging.gateway.carrier import Fate


async def asks(shop: Any) -> None:
    while await shop.ask_delivery():
        pass


async def test_what_nobody_told_is_asked_for_after_a_quarter_of_an_hour(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await shop.rung_by(caller)
    row = await shop.row(caller)
    shop.carrier.fates[row["provider_id"]] = Fate("delivered", None)
    clock.advance(minutes=14)
    await asks(shop)
    assert (await shop.row(caller))["state"] == "sent"
    clock.advance(minutes=1)
    await asks(shop)
    assert (await shop.row(caller))["state"] == "delivered"
    assert [each.state for each in await shop.told("text.ended.v1")] == ["delivered"]
    clock.advance(days=2)
    await asks(shop)
    assert shop.carrier.asked_for.count(row["provider_id"]) == 1


async def test_a_failure_that_was_never_told_reaches_the_office(shop: Any, caller: str, clock: FixedClock) -> None:
    await shop.rung_by(caller)
    shop.carrier.fates[(await shop.row(caller))["provider_id"]] = Fate("undelivered", 30006)
    clock.advance(minutes=15)
    await asks(shop)
    row = await shop.row(caller)
    assert (row["state"], row["reason"]) == ("undelivered", "Not delivered: this is a landline. Call instead")
    assert await shop.turn() == "office"


@pytest.mark.parametrize("known", [True, False])
async def test_a_carrier_that_says_nothing_new_is_asked_four_times(
    shop: Any, caller: str, clock: FixedClock, *, known: bool
) -> None:
    shop.carrier.lists = known
    await shop.rung_by(caller)
    provider_id = (await shop.row(caller))["provider_id"]
    counts = []
    for minutes in (15, 44, 1, 179, 1, 719, 1, 10_000):
        clock.advance(minutes=minutes)
        await asks(shop)
        counts.append(shop.carrier.asked_for.count(provider_id))
    assert counts == [1, 1, 2, 2, 3, 3, 4, 4]
    assert (await shop.row(caller))["state"] == "sent"


async def test_what_was_told_is_not_asked_for(shop: Any, caller: str, clock: FixedClock) -> None:
    await shop.rung_by(caller)
    row = await shop.row(caller)
    await shop.hears(shop.report(row, "delivered"))
    clock.advance(hours=1)
    await asks(shop)
    assert row["provider_id"] not in shop.carrier.asked_for
