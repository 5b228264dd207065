"""What a carrier refuses, and what it reports later."""

from typing import Any

import pytest

from chassis import ids
from chassis.testing import FixedClock
from messaging.gateway.carrier import AnswerLost, Refused


@pytest.mark.parametrize(
    ("code", "trouble", "later"),
    [
        (21614, "landline", "this is a landline"),
        (21211, "invalid", "not a valid number"),
        (30005, "unreachable", "cannot get texts"),
        (99999, None, None),
    ],
)
async def test_a_refusal_for_good_ends_the_text_in_plain_words(
    shop: Any, caller: str, clock: FixedClock, code: int, trouble: str | None, later: str | None
) -> None:
    shop.carrier.answers = [Refused(code, 400)]
    await shop.rung_by(caller)
    row = await shop.row(caller)
    assert (row["state"], row["error_code"]) == ("failed", code)
    assert row["reason"].startswith("Not sent: ")
    (ended,) = await shop.told("text.ended.v1")
    assert (ended.state, ended.error_code) == ("failed", code)
    clock.advance(hours=1)
    await shop.rung_by(caller)
    newest = (await shop.rows(caller))[-1]
    assert (newest["rule"] == 1) == (trouble is not None)
    assert later is None or later in newest["reason"]


async def test_21610_is_an_opt_out_but_after_a_start_only_that_line_is_left_alone(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    shop.carrier.answers = [Refused(21610, 400)]
    await shop.rung_by(caller)
    (out,) = await shop.told("homeowner.opted_out.v1")
    assert out.source == "provider"
    clock.advance(minutes=1)
    await shop.texted_by(caller, "START")
    shop.carrier.answers = [Refused(21610, 400)]
    clock.advance(minutes=1)
    await shop.rung_by(caller)
    assert len(await shop.told("homeowner.opted_out.v1")) == 1
    clock.advance(minutes=1)
    await shop.rung_by(caller)
    newest = (await shop.rows(caller))[-1]
    assert (newest["rule"], "from this line" in newest["reason"]) == (1, True)


async def test_21610_by_a_later_callback_is_an_opt_out_and_cancels_what_waits(shop: Any, caller: str) -> None:
    await shop.rung_by(caller)
    row = await shop.row(caller)
    await shop.hears(shop.report(row, "undelivered", error_code=21610))
    assert (await shop.row(caller))["state"] == "undelivered"
    assert len(await shop.told("homeowner.opted_out.v1")) == 1


async def test_delivery_states_only_move_forward_in_any_order_of_callbacks(shop: Any, caller: str) -> None:
    await shop.rung_by(caller)
    row = await shop.row(caller)
    await shop.hears(
        shop.report(row, "delivered"),
        shop.report(row, "sent"),
        shop.report(row, "queued"),
        shop.report(row, "failed", error_code=30008),
    )
    row = await shop.row(caller)
    assert (row["state"], row["reason"], row["carrier_state"]) == ("delivered", "Delivered", "failed 30008")
    (ended,) = await shop.told("text.ended.v1")
    assert ended.state == "delivered"


async def test_a_state_nobody_knows_is_kept_and_a_report_of_a_strange_text_changes_nothing(
    shop: Any, caller: str
) -> None:
    await shop.rung_by(caller)
    row = await shop.row(caller)
    await shop.hears(shop.report(row, "unknown", raw_state="partially_delivered", error_code=88888))
    row = await shop.row(caller)
    assert (row["state"], row["carrier_state"]) == ("sent", "partially_delivered 88888")
    await shop.hears(
        shop.report(row, "failed", text_id=ids.new_id()), shop.report(row, "failed", homeowner_id=ids.new_id())
    )
    assert (await shop.row(caller))["state"] == "sent"


async def test_a_callback_that_comes_while_a_second_try_waits_ends_the_waiting(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    shop.carrier.answers = [AnswerLost("TimeoutError")]
    await shop.rung_by(caller)
    clock.advance(seconds=60)
    await shop.settle()
    row = await shop.row(caller)
    assert row["state"] == "queued"
    await shop.hears(shop.report(row, "sent"))
    await shop.hears_nothing_new()
    await shop.sends()
    assert (await shop.row(caller))["state"] == "sent"
    assert len(shop.carrier.asked) == 1


async def test_an_undelivered_text_says_why_and_asks_for_the_office(shop: Any, caller: str) -> None:
    await shop.rung_by(caller)
    await shop.hears(shop.report(await shop.row(caller), "undelivered", error_code=30006))
    row = await shop.row(caller)
    assert (row["state"], row["reason"]) == ("undelivered", "Not delivered: this is a landline. Call instead")
    assert await shop.turn() == "office"
