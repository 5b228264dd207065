"""A follow-up leaves once, when the first reply had its time, and not after a reply."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from chassis import ids
from chassis.testing import FixedClock
from contracts.inbound import CallMissed
from contracts.organizations import FirstReply
from contracts.reminders import ReminderDue


async def follow_up_is_due(shop: Any, caller: str, *, counted_from: datetime) -> None:
    """Reminders' job comes, and whatever leaves leaves."""
    lead, now = await shop.lead(), shop.clock.now()
    job = ReminderDue(
        event_id=ids.new_id(), organization_id=shop.id, occurred_at=now, homeowner_id=shop.homeowner(caller), job_id=ids.new_id(),
        kind="follow_up", due_at=counted_from + timedelta(hours=2), lead_id=lead["lead_id"], counted_from=counted_from,
    )  # fmt: skip
    async with shop.database.work() as transaction:
        await shop.follow_up(transaction, job)
    await goes_on(shop)


async def rung_at_night(open_shop: Callable[..., Any], caller: str, clock: FixedClock) -> tuple[Any, CallMissed]:
    """At 10 PM, when a first reply is held until 8 AM."""
    shop = open_shop(first_reply=FirstReply())
    clock.advance(hours=10)
    return shop, await shop.rung_by(caller)


async def goes_on(shop: Any) -> None:
    await shop.hears_nothing_new()
    await shop.sends()


async def test_a_follow_up_leaves_once_and_not_after_a_reply(shop: Any, caller: str, clock: FixedClock) -> None:
    await shop.answers_nothing()
    rang = await shop.rung_by(caller)
    clock.advance(hours=2)
    await follow_up_is_due(shop, caller, counted_from=rang.ended_at)
    assert len(shop.carrier.bodies(caller)) == 2
    clock.advance(minutes=1)
    await follow_up_is_due(shop, caller, counted_from=rang.ended_at)
    assert [(row["text_class"], row["rule"]) for row in await shop.rows(caller)] == [
        ("first_reply", None),
        ("follow_up", None),
        ("follow_up", 7),
    ]
    await shop.texted_by(caller, "yes please")
    await follow_up_is_due(shop, caller, counted_from=rang.ended_at)
    assert len(await shop.rows(caller)) == 3


@pytest.mark.parametrize("heard_late", [False, True])
async def test_whom_the_shop_spoke_with_is_not_told_that_their_call_was_missed(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock, *, heard_late: bool
) -> None:
    shop = open_shop(first_reply=FirstReply())
    clock.advance(hours=10)  # 10 PM
    missed = shop.missed(caller)
    clock.advance(minutes=1)
    answered = shop.answered(caller)
    await shop.hears(*((answered, missed) if heard_late else (missed, answered)))
    await goes_on(shop)
    (row,) = await shop.rows(caller)
    assert (row["state"], row["rule"]) == ("suppressed", 8)
    assert row["reason"] == "Not sent — you spoke with them since they rang"
    clock.advance(hours=10)
    await follow_up_is_due(shop, caller, counted_from=missed.ended_at)
    assert [(each["state"], each["rule"]) for each in await shop.rows(caller)] == [("suppressed", 8)] * 2
    clock.advance(hours=1)
    await shop.rung_by(caller)
    assert len(shop.carrier.bodies(caller)) == 1, "they ring again, and nobody answers"


async def test_a_held_follow_up_is_dropped_by_the_reply_that_came_meanwhile(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    rang = await shop.rung_by(caller)
    clock.advance(hours=11)  # 11 PM: quiet hours hold it, whatever the setting for first replies
    await follow_up_is_due(shop, caller, counted_from=rang.ended_at)
    assert (await shop.rows(caller))[-1]["state"] == "held"
    await shop.texted_by(caller, "all good now, thanks")
    clock.advance(hours=10)
    await goes_on(shop)
    newest = (await shop.rows(caller))[-1]
    assert (newest["state"], newest["rule"]) == ("suppressed", 8)


async def test_a_follow_up_gives_a_first_reply_that_was_held_overnight_its_time(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop, rang = await rung_at_night(open_shop, caller, clock)
    clock.advance(hours=2)
    await follow_up_is_due(shop, caller, counted_from=rang.ended_at)
    held = (await shop.rows(caller))[-1]
    assert (held["reason"], held["rule"]) == ("Held until 10:00 AM — the first reply has not left yet", 8)
    assert held["held_until"] == clock.now() + timedelta(hours=10)
    clock.advance(hours=8)  # 8 AM
    await goes_on(shop)
    assert [row["state"] for row in await shop.rows(caller)] == ["sent", "held"]
    clock.advance(hours=1, minutes=59)
    await goes_on(shop)
    assert len(shop.carrier.bodies(caller)) == 1
    clock.advance(minutes=1)
    await goes_on(shop)
    assert "again" in shop.carrier.bodies(caller)[-1]


async def test_a_first_reply_that_still_waits_counts_though_a_start_ended_its_window(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop, rang = await rung_at_night(open_shop, caller, clock)
    clock.advance(hours=1)
    await shop.texted_by(caller, "UNSTOP")
    clock.advance(hours=1)
    await follow_up_is_due(shop, caller, counted_from=rang.ended_at)
    clock.advance(hours=8)  # 8 AM
    await goes_on(shop)
    assert [row["state"] for row in await shop.rows(caller)] == ["sent", "held"]
    clock.advance(hours=2)
    await goes_on(shop)
    assert [row["state"] for row in await shop.rows(caller)] == ["sent", "sent"]


async def test_whoever_rings_again_after_a_start_gets_no_second_first_reply_beside_one_that_waits(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop, _ = await rung_at_night(open_shop, caller, clock)
    clock.advance(hours=1)
    await shop.texted_by(caller, "UNSTOP")
    await shop.rung_by(caller)
    clock.advance(hours=9)  # 8 AM
    await goes_on(shop)
    assert [(row["state"], row["rule"]) for row in await shop.rows(caller)] == [("sent", None), ("suppressed", 7)]


async def test_a_follow_up_waits_anew_for_a_first_reply_that_the_carrier_lost(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop(first_reply=FirstReply(useful_minutes=240))
    rang = await shop.rung_by(caller)
    clock.advance(hours=1, minutes=50)
    await shop.hears(shop.report(await shop.row(caller), "undelivered", error_code=30003))  # again in 45 min
    clock.advance(minutes=10)
    await follow_up_is_due(shop, caller, counted_from=rang.ended_at)
    clock.advance(hours=1)
    await goes_on(shop)
    assert [row["state"] for row in await shop.rows(caller)] == ["sent", "held"]
    clock.advance(hours=2)
    await goes_on(shop)
    assert [row["state"] for row in await shop.rows(caller)] == ["sent", "sent"]
