"""What a homeowner writes: STOP before anything else, START, HELP, and the thread it belongs to."""

from collections.abc import Callable
from typing import Any

import pytest
from homeowners import unused_number

from chassis.database import Transaction
from chassis.testing import FixedClock
from contracts.organizations import FirstReply, ProviderAccount

OURS = (ProviderAccount(kind="twilio", account="AC1", keywords="ours"),)


async def test_stop_then_a_missed_call_gets_no_text_and_start_then_a_missed_call_does(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await shop.rung_by(caller)
    clock.advance(minutes=1)
    await shop.texted_by(caller, "Stop.")
    clock.advance(minutes=1)
    await shop.rung_by(caller)
    assert len(shop.carrier.bodies(caller)) == 1
    (_, refused) = await shop.rows(caller)
    assert (refused["state"], refused["rule"], refused["reason"]) == (
        "suppressed",
        2,
        "Not sent — asked for no more texts on Nov 24",
    )
    clock.advance(minutes=1)
    await shop.texted_by(caller, "START")
    clock.advance(minutes=1)
    await shop.rung_by(caller)
    assert len(shop.carrier.bodies(caller)) == 2
    assert [len(await shop.told(kind)) for kind in ("homeowner.opted_out.v1", "homeowner.opted_in.v1")] == [1, 1]


async def test_start_ends_the_window_of_an_active_lead_too(shop: Any, caller: str, clock: FixedClock) -> None:
    await shop.answers_nothing()
    await shop.rung_by(caller)
    await shop.texted_by(caller, "no heat upstairs")
    for word in ("STOP", "START"):
        clock.advance(minutes=1)
        await shop.texted_by(caller, word)
    assert (await shop.lead())["status"] == "active"
    clock.advance(minutes=1)
    await shop.rung_by(caller)
    assert len(shop.carrier.bodies(caller)) == 2


async def test_a_call_of_someone_in_touch_is_joined_without_a_text_and_says_why(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await shop.answers_nothing()
    await shop.rung_by(caller)
    await shop.texted_by(caller, "no heat upstairs")
    clock.advance(minutes=5)
    shop.become(first_reply=FirstReply(window_hours=1, at_night="send"))
    clock.advance(minutes=50)
    await shop.rung_by(caller)
    refused = (await shop.rows(caller))[-1]
    assert (refused["state"], refused["rule"]) == ("suppressed", 7)
    clock.advance(minutes=10)
    await shop.texted_by(caller, "are you there?")
    await shop.rung_by(caller)
    refused = (await shop.rows(caller))[-1]
    assert (refused["state"], refused["rule"]) == ("suppressed", 8)
    assert "in touch already" in refused["reason"]
    assert await shop.turn() == "office"


async def test_an_opt_out_cancels_all_that_is_pending_in_its_own_transaction(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop(first_reply=FirstReply())
    clock.advance(hours=10)
    await shop.rung_by(caller)
    assert (await shop.row(caller))["state"] == "held"
    await shop.reply.before([shop.text(caller, "please stop texting me")])
    row = await shop.row(caller)
    assert (row["state"], row["reason"]) == ("cancelled", "Not sent — asked for no more texts")
    (out,) = await shop.told("homeowner.opted_out.v1")
    assert out.cancelled_texts == (row["text_id"],)
    (ended,) = await shop.told("text.ended.v1")
    assert ended.state == "cancelled"


async def test_an_opt_out_takes_effect_though_its_record_cannot_be_handled(
    shop: Any, caller: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop.rung_by(caller)

    async def broken(_transaction: Transaction, **_: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("messaging.store.threads.write", broken)
    await shop.hears(shop.text(caller, "STOP"))
    monkeypatch.undo()
    assert len(await shop.told("homeowner.opted_out.v1")) == 1
    await shop.rung_by(caller)  # parked behind the STOP, with which it is tried again
    shop.clock.advance(minutes=10)
    await shop.retries.step()
    await shop.retries.step()
    assert [row["rule"] for row in await shop.rows(caller)] == [None, 2]
    assert len(shop.carrier.bodies(caller)) == 1


async def test_the_same_stop_again_does_not_undo_a_later_start(shop: Any, caller: str, clock: FixedClock) -> None:
    stop = await shop.texted_by(caller, "STOP")
    clock.advance(minutes=1)
    await shop.texted_by(caller, "start")
    clock.advance(minutes=1)
    await shop.reply.before([stop])
    await shop.rung_by(caller)
    assert len(shop.carrier.bodies(caller)) == 1


@pytest.mark.parametrize("known_before", [True, False])
async def test_a_stop_that_only_the_carrier_s_list_brings_does_not_undo_a_later_start(
    shop: Any, caller: str, clock: FixedClock, known_before: bool
) -> None:
    if known_before:
        await shop.rung_by(caller)
    clock.advance(minutes=1)
    stop = shop.text(caller, "STOP")
    clock.advance(minutes=1)
    await shop.texted_by(caller, "START")
    await shop.hears(stop)
    assert await shop.told("homeowner.opted_out.v1") == []
    clock.advance(minutes=1)
    await shop.rung_by(caller)
    assert (await shop.rows(caller))[-1]["state"] == "sent"


async def test_a_start_from_before_a_stop_does_not_end_it(shop: Any, caller: str, clock: FixedClock) -> None:
    start = shop.text(caller, "START")
    clock.advance(minutes=1)
    await shop.hears(start, shop.text(caller, "STOP"))
    await shop.rung_by(caller)
    assert shop.carrier.bodies(caller) == []


@pytest.mark.parametrize(
    ("providers", "body", "word", "answers"),
    [
        (None, "STOP", None, []),
        (None, "HELP", None, []),
        (None, "please stop texting me", None, ["no more texts"]),
        (OURS, "STOP", None, ["no more texts"]),
        (OURS, "HELP", None, ["call (312) 555-0100 for help"]),
        (OURS, "START", None, ["texts from us again"]),
        (OURS, "STOP", "STOP", []),  # the carrier says that it has answered
        (OURS, "arret", "STOP", []),  # a word of its own in another language
        (OURS, "no heat", None, []),
    ],
)
async def test_we_answer_a_word_only_where_the_carrier_does_not(
    open_shop: Callable[..., Any], caller: str, providers: Any, body: str, word: Any, answers: list[str]
) -> None:
    shop = open_shop(**({"providers": providers} if providers else {}))
    await shop.answers_nothing()
    await shop.texted_by(caller, body, carrier_word=word)
    said = shop.carrier.bodies(caller)
    assert len(said) == len(answers)
    assert all(answer in text for answer, text in zip(answers, said, strict=True))


async def test_an_opt_out_is_confirmed_once_and_not_after_five_minutes(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop(providers=OURS)
    await shop.texted_by(caller, "stop texting me")
    await shop.texted_by(caller, "I said stop texting me")
    assert len(shop.carrier.bodies(caller)) == 1
    other = unused_number()
    late = shop.text(other, "STOP")
    clock.advance(minutes=5)
    await shop.hears(late)
    await shop.sends()
    assert shop.carrier.bodies(other) == []


async def test_a_confirmation_that_could_not_leave_within_five_minutes_never_does(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop(providers=OURS)
    await shop.hears(shop.text(caller, "STOP"))
    clock.advance(minutes=5)
    await shop.sends()
    assert (await shop.row(caller))["state"] == "cancelled"
    assert shop.carrier.asked == []


async def test_a_reply_makes_a_new_lead_active_and_a_carrier_word_is_none(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await shop.answers_nothing()
    await shop.rung_by(caller)
    clock.advance(minutes=1)
    await shop.texted_by(caller, "HELP")
    assert (await shop.lead())["status"] == "new"
    assert await shop.turn() == "homeowner"
    clock.advance(minutes=1)
    await shop.texted_by(caller, "The furnace is blowing cold air")
    assert ((await shop.lead())["status"], await shop.turn()) == ("active", "office")
    (replied,) = await shop.told("homeowner.replied.v1")
    assert replied.first
    await shop.texted_by(caller, "hello?")
    assert [event.first for event in await shop.told("homeowner.replied.v1")] == [True, False]
    assert [event.lead_version for event in await shop.told("lead.changed.v1")] == [2, 3]


async def test_a_first_text_from_nowhere_opens_an_active_lead_with_its_consent(shop: Any, caller: str) -> None:
    await shop.answers_nothing()
    await shop.texted_by(caller, "Do you service heat pumps?")
    assert ((await shop.lead())["status"], await shop.turn()) == ("active", "office")
    (opened,) = await shop.told("lead.opened.v1")
    assert (opened.opened_by, opened.status) == ("text", "active")
    (consent,) = await shop.told("consent.recorded.v1")
    assert consent.source == "text"
    assert shop.carrier.asked == []


async def test_a_lone_cancel_opts_out_and_asks_the_office_to_call(shop: Any, caller: str) -> None:
    await shop.texted_by(caller, "CANCEL")
    assert await shop.turn() == "office"
    assert len(await shop.told("homeowner.opted_out.v1")) == 1
    assert await shop.told("homeowner.replied.v1") == []
    await shop.rung_by(caller)
    assert shop.carrier.asked == []


async def test_a_stop_from_nowhere_opens_no_lead(shop: Any, caller: str) -> None:
    await shop.texted_by(caller, "STOP")
    assert await shop.leads() == []
    assert await shop.told("consent.recorded.v1") == []


async def test_a_text_within_a_week_reopens_a_closed_lead_and_a_later_one_opens_another(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await shop.rung_by(caller)
    clock.advance(days=15)
    await shop.close_silent()
    clock.advance(days=6)
    await shop.texted_by(caller, "still interested")
    lead = await shop.lead()
    assert (lead["status"], lead["ended_at"]) == ("active", None)
    clock.advance(days=15)
    await shop.close_silent()
    clock.advance(days=8)
    await shop.texted_by(caller, "hello again")
    assert [each["status"] for each in await shop.leads()] == ["closed", "active"]
    assert (await shop.leads())[1]["earlier_lead_id"] == lead["lead_id"]


async def test_a_text_to_a_won_lead_joins_it_and_asks_for_the_office(shop: Any, caller: str, clock: FixedClock) -> None:
    await shop.rung_by(caller)
    lead = await shop.lead()
    async with shop.database.work() as transaction:
        await transaction.execute(
            "UPDATE leads SET status = 'won', ended_at = $2 WHERE lead_id = $1", lead["lead_id"], clock.now()
        )
    assert await shop.turn() == "nobody"
    clock.advance(days=30)
    await shop.texted_by(caller, "it makes a noise again")
    lead = await shop.lead()
    assert (lead["status"], await shop.turn()) == ("won", "office")
    assert lead["ended_at"] is not None


async def test_an_opt_out_of_one_shop_says_nothing_to_another(open_shop: Callable[..., Any], caller: str) -> None:
    one, other = open_shop(), open_shop()
    await one.texted_by(caller, "STOP")
    await one.rung_by(caller)
    await other.rung_by(caller)
    assert one.carrier.asked == []
    assert len(other.carrier.bodies(caller)) == 1
