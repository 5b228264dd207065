"""A homeowner never gets the same text twice, whatever the carrier says or does not say."""

import asyncio
from datetime import timedelta
from typing import Any

from chassis.testing import FixedClock, eventually
from contracts.organizations import ProviderAccount
from messaging.app.sending import CALL_LONGEST
from messaging.gateway.carrier import AnswerLost, NeverSent, Refused
from messaging.gateway.twilio import SECONDS
from messaging.store.texts import LEASE


async def test_a_lost_answer_is_settled_by_the_callback_that_carries_our_id(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    shop.carrier.loses_answers = True
    await shop.rung_by(caller)
    row = await shop.row(caller)
    assert (row["state"], await shop.turn()) == ("unsettled", "automation")
    await shop.hears(shop.report(row, "sent"), shop.report(row, "delivered"))
    row = await shop.row(caller)
    assert (row["state"], row["provider_id"]) == ("delivered", "SMcallback")
    clock.advance(hours=1)
    await shop.settle()
    await shop.hears_nothing_new()
    await shop.sends()
    assert len(shop.carrier.bodies(caller)) == 1
    assert len(await shop.told("text.sent.v1")) == 1


async def test_a_lost_answer_is_settled_by_the_carrier_s_list_after_a_minute(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    shop.carrier.loses_answers = True
    await shop.rung_by(caller)
    clock.advance(seconds=59)
    await shop.settle()
    assert (await shop.row(caller))["state"] == "unsettled"
    clock.advance(seconds=1)
    await shop.settle()
    row = await shop.row(caller)
    assert (row["state"], row["provider_id"]) == ("sent", shop.carrier.took[0][1].provider_id)
    assert len(shop.carrier.asked) == 1


async def test_two_texts_of_the_same_words_are_never_taken_for_one_at_the_carrier(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    shop.become(providers=(ProviderAccount(kind="twilio", account="AC1", keywords="ours"),))
    shop.carrier.loses_answers = True
    await shop.texted_by(caller, "HELP")
    shop.carrier.answers = [AnswerLost("it said 503")]
    await shop.texted_by(caller, "HELP")
    assert [row["state"] for row in await shop.rows(caller)] == ["unsettled", "unsettled"]
    assert len({row["body"] for row in await shop.rows(caller)}) == 1
    clock.advance(seconds=60)
    await shop.settle()
    assert sorted(row["state"] for row in await shop.rows(caller)) == ["queued", "sent"]
    shop.carrier.loses_answers = False
    await shop.sends()
    assert [row["state"] for row in await shop.rows(caller)] == ["sent", "sent"]
    assert len(shop.carrier.bodies(caller)) == 2


async def test_what_may_be_another_text_s_is_not_claimed_while_that_one_is_on_its_way(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    shop.become(providers=(ProviderAccount(kind="twilio", account="AC1", keywords="ours"),))
    shop.carrier.answers = [AnswerLost("it said 503")]
    await shop.texted_by(caller, "HELP")
    clock.advance(seconds=60)
    shop.carrier.gate.clear()
    await shop.hears(shop.text(caller, "HELP"))
    await shop.sender.step()
    await eventually(lambda: len(shop.carrier.asked) == 2)
    second = shop.carrier.asked[1]
    await shop.settle()
    assert sorted(row["state"] for row in await shop.rows(caller)) == ["sending", "unsettled"]
    shop.carrier.gate.set()
    await shop.hands_are_empty()
    clock.advance(seconds=60)
    await shop.settle()
    states = {str(row["text_id"]): row["state"] for row in await shop.rows(caller)}
    assert sorted(states.values()) == ["queued", "sent"]
    assert states[next(own for own in states if own in second.status_callback)] == "sent"
    await shop.sends()
    assert len(shop.carrier.bodies(caller)) == 2


async def test_what_the_carrier_does_not_have_is_tried_again(shop: Any, caller: str, clock: FixedClock) -> None:
    shop.carrier.answers = [AnswerLost("it said 503")]
    await shop.rung_by(caller)
    clock.advance(seconds=60)
    await shop.settle()
    assert (await shop.row(caller))["state"] == "queued"
    await shop.hears_nothing_new()
    await shop.sends()
    row = await shop.row(caller)
    assert (row["state"], row["attempt"]) == ("sent", 2)
    assert len(shop.carrier.bodies(caller)) == 1


async def test_answers_are_not_lost_more_than_five_times(shop: Any, caller: str, clock: FixedClock) -> None:
    shop.carrier.answers = [AnswerLost("it said 503")] * 9
    await shop.rung_by(caller)
    for _ in range(8):
        clock.advance(seconds=60)
        await shop.settle()
        await shop.hears_nothing_new()
        await shop.sends()
    row = await shop.row(caller)
    assert (row["state"], row["attempt"]) == ("failed", 5)
    assert len(shop.carrier.asked) == 5
    assert await shop.turn() == "office"


async def test_a_list_that_cannot_be_read_settles_nothing_and_after_an_hour_the_office_is_told(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    shop.carrier.loses_answers, shop.carrier.lists = True, False
    await shop.rung_by(caller)
    for _ in range(59):
        clock.advance(minutes=1)
        await shop.settle()
    assert await shop.turn() == "automation"
    clock.advance(minutes=1)
    await shop.settle()
    assert await shop.turn() == "office"
    (ended,) = await shop.told("text.ended.v1")
    assert ended.state == "unsettled"
    assert len(shop.carrier.asked) == 1
    await shop.hears(shop.report(await shop.row(caller), "delivered"))
    assert (await shop.row(caller))["state"] == "delivered"


async def test_a_sender_that_died_after_the_carrier_accepted_does_not_send_twice(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    shop.carrier.gate.clear()
    await shop.hears(shop.missed(caller))
    (task,) = shop.sender._tasks
    await eventually(lambda: shop.carrier.asked)
    dead = shop.carrier.asked[0]
    task.cancel()  # as when the process is killed: it is never recorded
    await asyncio.wait({task})
    assert (await shop.row(caller))["state"] == "sending"
    shop.start_again()
    shop.carrier.gate.set()
    await shop.carrier.send(dead)  # the carrier had it already
    clock.advance(seconds=61)
    await shop.settle()
    await shop.hears_nothing_new()
    await shop.sends()
    assert (await shop.row(caller))["state"] == "sent"
    assert len(shop.carrier.bodies(caller)) == 1


async def test_a_sender_that_died_before_the_carrier_was_called_sends_after_asking(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    shop.carrier.gate.clear()
    await shop.hears(shop.missed(caller))
    (task,) = shop.sender._tasks
    task.cancel()
    await asyncio.wait({task})
    shop.start_again()
    shop.carrier.gate.set()
    clock.advance(seconds=29)
    await shop.settle()
    assert (await shop.row(caller))["state"] == "sending"  # its lease still runs
    clock.advance(seconds=32)
    await shop.settle()
    await shop.hears_nothing_new()
    await shop.sends()
    row = await shop.row(caller)
    assert (row["state"], row["attempt"]) == ("sent", 2)
    assert len(shop.carrier.bodies(caller)) == 1


async def test_a_text_in_hand_is_not_given_up_though_its_lease_ran_out(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    shop.carrier.gate.clear()
    await shop.hears(shop.missed(caller))
    clock.advance(minutes=5)
    await shop.settle()
    assert (await shop.row(caller))["state"] == "sending"
    shop.carrier.gate.set()
    await shop.sends()
    assert (await shop.row(caller))["state"] == "sent"


async def test_a_process_that_stood_still_past_its_lease_does_not_call_the_carrier(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    claimed: list[Any] = []
    take, shop.sender.take = shop.sender.take, claimed.extend
    await shop.hears(shop.missed(caller))
    clock.advance(seconds=15)  # between the commit and the call
    take(claimed)
    await shop.hands_are_empty()
    assert shop.carrier.asked == []
    assert (await shop.row(caller))["state"] == "sending"


async def test_too_many_requests_are_tried_again_after_seconds_then_minutes(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    shop.carrier.answers = [Refused(20429, 429)] * 5
    await shop.rung_by(caller)
    for seconds, attempts in ((1, 1), (2, 2), (13, 3), (76, 4), (376, 5)):
        clock.advance(seconds=seconds)
        await shop.hears_nothing_new()
        await shop.sends()
        assert len(shop.carrier.asked) == attempts
    row = await shop.row(caller)
    assert (row["state"], row["reason"]) == ("failed", "Not sent: the carrier is too busy, after 5 tries. Call instead")
    assert await shop.turn() == "office"


async def test_a_carrier_that_cannot_be_reached_has_nothing_so_seconds_are_enough(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    shop.carrier.answers = [NeverSent("ClientConnectorError")]
    await shop.rung_by(caller)
    clock.advance(seconds=3)
    await shop.hears_nothing_new()
    await shop.sends()
    assert (await shop.row(caller))["state"] == "sent"


async def test_a_second_try_is_decided_again(shop: Any, caller: str, clock: FixedClock) -> None:
    shop.carrier.answers = [Refused(20429, 429)]
    await shop.rung_by(caller)
    shop.become(automation="preview")
    clock.advance(seconds=3)
    await shop.hears_nothing_new()
    await shop.sends()
    row = await shop.row(caller)
    assert (row["state"], row["rule"]) == ("suppressed", 5)
    assert len(shop.carrier.asked) == 1


def test_a_lease_outlives_the_longest_call() -> None:
    assert timedelta(seconds=SECONDS.total or 0) < CALL_LONGEST < LEASE


async def test_a_text_that_was_lost_once_is_told_of_again_under_an_id_of_its_own(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await shop.rung_by(caller)
    row = await shop.row(caller)
    await shop.hears(shop.report(row, "failed", error_code=30008, provider_message_id=row["provider_id"]))
    clock.advance(hours=1)
    await shop.hears_nothing_new()
    await shop.sends()
    again = await shop.row(caller)
    assert (again["state"], again["earlier_ids"]) == ("sent", [row["provider_id"]])
    told = await shop.told("text.sent.v1")
    assert [each.provider_message_id for each in told] == [row["provider_id"], again["provider_id"]]
    assert len({each.event_id for each in told}) == 2
