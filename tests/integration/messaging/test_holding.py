"""What waits: for the morning, for approval, for whatever is still on its way; and leads that wait too long."""

from collections.abc import Callable
from typing import Any

from chassis.testing import FixedClock
from contracts.organizations import FirstReply, Span
from messaging.app import telling
from messaging.gateway.carrier import Refused
from messaging.store import texts

LINE = "+13125550123"


async def test_approval_keeps_a_draft_and_the_office_acts_next(open_shop: Callable[..., Any], caller: str) -> None:
    shop = open_shop(automation="approval")
    await shop.rung_by(caller)
    assert (await shop.row(caller))["state"] == "awaiting_approval"
    assert await shop.turn() == "office"
    assert shop.carrier.asked == []


async def test_after_hours_the_other_wording_leaves(open_shop: Callable[..., Any], caller: str) -> None:
    shop = open_shop(hours={"wed": (Span(start=540, end=1020),)})
    await shop.rung_by(caller)
    (body,) = shop.carrier.bodies(caller)
    assert "closed right now" in body
    assert (await shop.row(caller))["body"] == body


async def test_a_second_try_after_opening_no_longer_says_that_the_shop_is_closed(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop(hours={"tue": (Span(start=750, end=1020),)})  # it opens in half an hour
    shop.carrier.answers = [Refused(20429, 429)]
    await shop.rung_by(caller)
    assert "closed right now" in (await shop.row(caller))["body"]
    clock.advance(minutes=40)
    await shop.hears_nothing_new()
    await shop.sends()
    (*_, body) = shop.carrier.bodies(caller)
    assert "closed right now" not in body
    row = await shop.row(caller)
    assert (row["state"], row["body"], row["attempt"]) == ("sent", body, 2)


async def test_a_due_text_of_somebody_whose_stop_is_being_written_neither_leaves_nor_stands_in_its_way(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop(first_reply=FirstReply())
    clock.advance(hours=10)
    await shop.rung_by(caller)
    clock.advance(hours=10)
    await shop.hears_nothing_new()
    locked = "SELECT FROM homeowners WHERE homeowner_id = $1 FOR UPDATE"
    async with shop.database.work() as stop:
        await stop.execute(locked, shop.homeowner(caller))
        await shop.sends()
        await texts.cancel_pending(stop, homeowner_id=shop.homeowner(caller), reason="asked for no more texts")
    await shop.sends()
    assert (await shop.row(caller))["state"] == "cancelled"
    assert shop.carrier.asked == []


async def test_a_text_for_the_night_waits_until_morning_survives_a_restart_and_is_decided_again(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop(first_reply=FirstReply())
    clock.advance(hours=10)  # 10 PM
    await shop.rung_by(caller)
    held = await shop.row(caller)
    assert (held["state"], held["reason"]) == ("held", "Held until 8:00 AM — quiet hours in Illinois, by the number")
    assert await shop.turn() == "automation"
    shop.start_again()
    clock.advance(hours=9, minutes=59)
    await shop.hears_nothing_new()
    await shop.sends()
    assert shop.carrier.asked == []
    clock.advance(minutes=1)
    await shop.hears_nothing_new()
    await shop.sends()
    row = await shop.row(caller)
    assert (row["state"], row["looks"]) == ("sent", 2)
    assert row["latest_decision"]["sentence"] == "Sent at 8:00 AM — all checks passed"
    assert [event.look for event in await shop.told("text.decided.v1")] == [1, 2]


async def test_what_might_have_left_at_night_and_was_held_up_is_of_no_use_in_the_morning(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    clock.advance(hours=10)  # 10 PM, and the answer to a call just made is let through
    shop.carrier.answers = [Refused(20429, 429)]
    await shop.rung_by(caller)
    clock.advance(minutes=20)  # the call is not just made any more: it waits for the morning
    await shop.hears_nothing_new()
    await shop.sends()
    assert (await shop.row(caller))["reason"] == "Held until 8:00 AM — quiet hours in Illinois, by the number"
    clock.advance(hours=9, minutes=40)
    await shop.hears_nothing_new()
    await shop.sends()
    row = await shop.row(caller)
    assert (row["state"], row["rule"]) == ("suppressed", 8)


async def test_a_held_text_whose_reason_to_leave_is_gone_by_morning_does_not(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop(first_reply=FirstReply())
    clock.advance(hours=10)
    await shop.rung_by(caller)
    await shop.texted_by(
        caller, "hi, my furnace is out"
    )  # it is active now: the answer to the call is of no use any more
    clock.advance(hours=10)
    await shop.hears_nothing_new()
    await shop.sends()
    held, answer = await shop.rows(caller)
    assert (held["state"], held["rule"]) == ("suppressed", 8)
    assert (answer["text_class"], answer["state"]) == ("response", "sent")
    assert len(shop.carrier.asked) == 1


async def test_a_call_from_before_an_outage_is_not_answered_hours_later(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    call = shop.missed(caller)
    clock.advance(hours=2, seconds=1)
    await shop.hears(call)
    await shop.hears_nothing_new()
    await shop.sends()
    row = await shop.row(caller)
    assert (row["state"], row["rule"]) == ("suppressed", 8)
    assert "too late" in row["reason"]


async def test_what_may_still_be_on_its_way_is_waited_for_and_leaves_as_soon_as_it_was_heard(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    call = shop.missed(caller)
    clock.advance(seconds=31)
    rings = []
    shop.heard.came_back = lambda: rings.append(clock.now())
    await shop.hears(call)
    await shop.sends()
    held = await shop.row(caller)
    assert (held["state"], held["rule"], held["held_until"]) == ("held", 12, None)
    assert rings == []
    await shop.hears_nothing_new()
    assert rings
    await shop.sends()
    assert (await shop.row(caller))["state"] == "sent"


async def test_a_stop_that_was_on_its_way_is_heard_before_the_text_leaves(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    call, stop = shop.missed(caller), shop.text(caller, "STOP")
    clock.advance(minutes=5)
    await shop.hears(call)
    await shop.sends()
    await shop.hears(stop)
    await shop.hears_nothing_new()
    await shop.sends()
    assert (await shop.row(caller))["state"] == "cancelled"
    assert shop.carrier.asked == []


async def test_a_call_waits_for_the_snapshot_of_its_organization(shop: Any, caller: str) -> None:
    call = shop.missed(caller, organization_version=2)
    await shop.hears(call)
    assert await shop.leads() == []
    shop.become()
    shop.clock.advance(seconds=30)
    await shop.retries.step()
    await shop.sends()
    assert len(shop.carrier.bodies(caller)) == 1


async def test_a_call_after_an_ended_lead_opens_a_new_one_that_names_it(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await shop.rung_by(caller)
    first = await shop.lead()
    clock.advance(days=14, seconds=1)
    await shop.close_silent()
    (changed,) = await shop.told("lead.changed.v1")
    assert (changed.status, changed.reason, changed.lead_version) == ("closed", "no response", 2)
    await shop.rung_by(caller)
    second = (await shop.leads())[1]
    assert second["earlier_lead_id"] == first["lead_id"]
    assert len(shop.carrier.bodies(caller)) == 2


async def test_a_silent_lead_closes_when_its_own_shop_says(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    impatient, patient = open_shop(silent_days=3), open_shop(silent_days=30)
    await impatient.rung_by(caller)
    await patient.rung_by(caller)
    clock.advance(days=3)
    await impatient.close_silent()
    assert (await impatient.lead())["status"] == "new"
    clock.advance(seconds=1)
    await impatient.close_silent()
    assert (await impatient.lead())["status"] == "closed"
    clock.advance(days=20)
    await patient.close_silent()
    assert (await patient.lead())["status"] == "new"
    patient.become(silent_days=14)
    await patient.close_silent()
    assert (await patient.lead())["status"] == "closed"


async def test_a_sign_of_life_keeps_a_lead_open_and_closing_cancels_what_waits(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop(automation="approval")
    await shop.rung_by(caller)
    clock.advance(days=13)
    await shop.hears(shop.answered(caller))
    clock.advance(days=13)
    await shop.close_silent()
    assert (await shop.lead())["status"] == "new"
    clock.advance(days=1, seconds=1)
    await shop.close_silent()
    assert (await shop.lead())["status"] == "closed"
    assert (await shop.row(caller))["state"] == "cancelled"


async def test_the_decision_is_explained_rule_by_rule(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop(first_reply=FirstReply())
    clock.advance(hours=10)
    await shop.rung_by(caller)
    said = telling.in_words(await shop.row(caller)).splitlines()
    assert said[0] == "Held until 8:00 AM — quiet hours in Illinois, by the number"
    assert said[1] == "outcome: hold, now: held"
    assert len(said) == 14
    assert said[2] == " 1  passed              Number can be texted: a valid number, not hidden, not one of yours"
    assert said[11] == "10  failed: held here   Quiet hours where they live: quiet hours in Illinois, by the number"
    await shop.texted_by(caller, "STOP")
    said = telling.in_words(await shop.row(caller)).splitlines()
    assert said[0] == "Not sent — asked for no more texts"
    assert (
        said[1] == "decided: Held until 8:00 AM — quiet hours in Illinois, by the number; outcome: hold, now: cancelled"
    )


async def test_words_that_cannot_be_sent_ask_for_a_person(shop: Any, caller: str) -> None:
    shop.become(name="{shop}")  # nobody is called so: the field stays empty
    await shop.rung_by(caller)
    row = await shop.row(caller)
    assert (row["state"], row["rule"]) == ("suppressed", 11)
    (needed,) = await shop.told("office.needed.v1")
    assert (needed.reason, needed.sentence) == ("text_failed", "Not sent — no value for shop")


async def test_a_call_on_a_holiday_where_no_text_may_come_is_answered_the_day_after(
    open_shop: Callable[..., Any], clock: FixedClock
) -> None:
    shop, birmingham = open_shop(first_reply=FirstReply()), "+12055550142"
    clock.advance(hours=48)  # Thanksgiving, at noon
    await shop.rung_by(birmingham)
    assert (await shop.row(birmingham))["reason"] == "Held until 8:00 AM — quiet hours in Alabama, by the number"
    clock.advance(hours=20)
    await shop.hears_nothing_new()
    await shop.sends()
    assert len(shop.carrier.bodies(birmingham)) == 1
