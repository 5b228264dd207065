"""The response rules at work: texts come in, the next question goes out, and the office has its say."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from chassis.testing import FixedClock
from contracts.organizations import FirstReply
from messaging.store import templates
from messaging.store.templates import By


async def says(shop: Any, caller: str, clock: FixedClock, *words: str) -> list[str]:
    """What leaves in answer to each, in order."""
    answers: list[str] = []
    for each in words:
        clock.advance(minutes=1)
        before = len(shop.carrier.bodies(caller))
        await shop.texted_by(caller, each)
        answers += shop.carrier.bodies(caller)[before:] or [""]
    return answers


async def needed(shop: Any) -> list[tuple[str, bool]]:
    return [(event.reason, event.urgent) for event in await shop.told("office.needed.v1")]


async def test_a_visit_s_needs_are_gathered_one_question_at_a_time(shop: Any, caller: str, clock: FixedClock) -> None:
    await shop.rung_by(caller)
    answers = await says(
        shop, caller, clock, "The furnace makes a loud noise", "not urgent", "1422 W Elm St, 60614", "dana whitlock", "tomorrow after 3",
    )  # fmt: skip
    assert [answer.split("?")[0] for answer in answers] == [
        "Is it urgent, or can it wait a day or two",
        "What is the address",
        "What name should we put on the visit",
        "When would suit you",
        "Thanks, Dana. The office has your details and will text you a time here.",
    ]
    lead = await shop.lead()
    assert (lead["problem"], lead["urgency"], lead["wanted_time"]) == (
        "The furnace makes a loud noise",
        "can_wait",
        "Wed Nov 25, after 3 PM",
    )
    assert (lead["name"], lead["address"], lead["postal_code"]) == ("Dana Whitlock", "1422 W Elm St", "60614")
    assert lead["wanted_from"] == datetime(2026, 11, 25, 21, 0, tzinfo=UTC)
    assert (lead["asking"], lead["handed_over_reason"]) == (None, "All that a visit needs is known: find a time")
    assert await shop.turn() == "office"
    assert await needed(shop) == [("details_complete", False)]


async def test_what_one_text_told_is_not_asked_again_and_an_early_yes_completes_it(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    told = "no heat at 1422 W Elm St 60614, this is Dana Whitlock, tomorrow morning please"
    (answer,) = await says(shop, caller, clock, told)
    assert "The office has your details" in answer
    assert await needed(shop) == [("details_complete", True)]
    assert await says(shop, caller, clock, "thank you", "are you coming at 9?") == ["", ""]


async def test_the_first_automated_text_names_the_shop_and_says_how_to_stop(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    first, second = await says(shop, caller, clock, "my furnace quit", "60614")
    assert first == "Northside Heating & Air: What is the address? Street and ZIP code are best. Reply STOP to opt out."
    assert second == "What name should we put on the visit?"


async def test_the_same_event_again_asks_nothing_again(shop: Any, caller: str, clock: FixedClock) -> None:
    text = shop.text(caller, "my furnace quit")
    for _ in range(3):
        await shop.hears(text)
        await shop.sends()
    assert len(shop.carrier.bodies(caller)) == 1
    assert len(await shop.rows(caller)) == 1


async def test_two_texts_at_once_get_one_answer_to_both(shop: Any, caller: str) -> None:
    await shop.hears(shop.text(caller, "furnace is dead"), shop.text(caller, "1422 W Elm St"))
    await shop.sends()
    assert [body.split("?")[0].rpartition(": ")[2] for body in shop.carrier.bodies(caller)] == [
        "What name should we put on the visit"
    ]
    states = {(row["template"], row["state"], row["reason"]) for row in await shop.rows(caller)}
    assert states == {("ask_address", "cancelled", "Not sent — the homeowner wrote again"), ("ask_name", "sent", None)}


async def test_unsure_twice_it_is_the_office_s(shop: Any, caller: str, clock: FixedClock) -> None:
    answers = await says(shop, caller, clock, "no heat", "on the corner", "by the school", "hello?")
    assert answers[1].startswith("Sorry, I did not get that. What is the address?")
    assert "passed this to the office" in answers[2]
    assert answers[3] == ""
    assert await needed(shop) == [("unsure", True)]


async def test_anger_and_questions_go_to_the_office_at_once_and_automation_stays_silent(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    for words, reason in (("this is ridiculous", "angry"), ("how much do you charge?", "question")):
        shop = open_shop()
        first, second = await says(shop, caller, clock, words, "no heat")
        assert "passed this to the office" in first
        assert second == ""
        assert await needed(shop) == [(reason, False)]
        (line,) = [item for item in await shop.thread((await shop.lead())["lead_id"]) if item["kind"] == "status"]
        assert (line["what"], line["needs"]) == ("handed_over", reason)


async def test_a_wrong_number_is_left_alone_and_shown_to_the_office(shop: Any, caller: str, clock: FixedClock) -> None:
    await shop.rung_by(caller)
    assert await says(shop, caller, clock, "wrong number") == [""]
    assert await needed(shop) == [("wrong_number", False)]
    assert await shop.turn() == "office"


async def test_gas_is_answered_at_once_at_night_with_the_thread_in_the_office_s_hands(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop(first_reply=FirstReply(), automation="preview")
    clock.advance(hours=14)
    await says(shop, caller, clock, "no heat")
    await _taken_over(shop)
    answers = await says(shop, caller, clock, "wait I smell gas", "it really smells like gas")
    assert "leave the house now and call 911" in answers[0]
    assert "(312) 555-0100" in answers[0]
    assert answers[1] == ""
    warning = [row for row in await shop.rows(caller) if row["text_class"] == "safety"]
    assert [row["state"] for row in warning] == ["sent"]
    assert await needed(shop) == [("safety", True), ("safety", True)]
    lead = await shop.lead()
    assert (lead["needs_office_now"], lead["urgency"]) == (True, "urgent")
    clock.advance(hours=1)
    assert "call 911" in (await says(shop, caller, clock, "the gas smell is back"))[0]


async def test_a_first_text_about_gas_from_nowhere_is_answered_too(shop: Any, caller: str, clock: FixedClock) -> None:
    (answer,) = await says(shop, caller, clock, "I smell gas")
    assert answer.startswith("Northside Heating & Air: if you smell gas")


async def test_no_safety_text_to_someone_who_opted_out_but_the_office_is_told(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await says(shop, caller, clock, "no heat", "STOP")
    assert await says(shop, caller, clock, "I smell gas") == [""]
    assert (await shop.rows(caller))[-1]["rule"] == 2
    assert await needed(shop) == [("safety", True)]


async def test_the_office_takes_over_midway_and_hands_back(shop: Any, caller: str, clock: FixedClock) -> None:
    await says(shop, caller, clock, "my thermostat is blank")
    await _taken_over(shop)
    assert await says(shop, caller, clock, "no rush, 1422 W Elm St") == [""]
    assert (await shop.lead())["address"] is None
    await _taken_over(shop, owns=False)
    assert "address" in (await says(shop, caller, clock, "no rush"))[0]


async def test_an_answer_planned_before_the_office_took_over_does_not_leave(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await shop.hears(shop.text(caller, "my thermostat is blank"))
    await _taken_over(shop)
    await shop.sends()
    assert shop.carrier.asked == []
    assert (await shop.row(caller))["reason"] == "Not sent — you have this thread"


async def test_an_opt_out_midway_ends_the_questions(shop: Any, caller: str, clock: FixedClock) -> None:
    answers = await says(shop, caller, clock, "no heat", "please stop texting me", "no heat still")
    assert "address" in answers[0]
    assert "no more texts" in answers[1]
    assert answers[2] == ""
    assert (await shop.rows(caller))[-1]["rule"] == 2


async def test_in_approval_the_draft_of_an_older_text_is_replaced(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop(automation="approval")
    await says(shop, caller, clock, "no heat", "1422 W Elm St", "thanks")
    rows = [(row["template"], row["state"]) for row in await shop.rows(caller)]
    assert rows == [("ask_address", "cancelled"), ("ask_name", "cancelled"), ("ask_name", "awaiting_approval")]
    assert await shop.turn() == "office"


async def test_in_preview_nothing_leaves_and_no_question_is_in_the_homeowner_s_hands(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop(automation="preview")
    assert await says(shop, caller, clock, "no heat") == [""]
    row = await shop.row(caller)
    assert (row["state"], row["template"]) == ("suppressed", "ask_address")
    assert row["reason"].startswith("Preview: would have sent")
    lead = await shop.lead()
    assert (lead["asking"], lead["problem"]) == (None, "no heat")


async def test_numbers_on_the_ignore_list_are_never_answered(shop: Any, caller: str, clock: FixedClock) -> None:
    await says(shop, caller, clock, "no heat")
    async with shop.database.work() as transaction:
        await transaction.execute(
            "INSERT INTO ignored_numbers (organization_id, number, added_at) VALUES ($1, $2, $3)", shop.id, caller, clock.now()
        )  # fmt: skip
    assert await says(shop, caller, clock, "1422 W Elm St") == [""]


async def test_a_booked_homeowner_is_heard_only_about_the_visit(shop: Any, caller: str, clock: FixedClock) -> None:
    await says(shop, caller, clock, "no heat")
    await _change(shop, "status = 'booked'")
    assert await says(shop, caller, clock, "also it leaks") == [""]
    (answer,) = await says(shop, caller, clock, "R")
    assert "about your visit" in answer
    assert await needed(shop) == [("visit", False)]


async def test_a_thread_that_comes_back_starts_over_but_knows_who_lives_where(
    shop: Any, caller: str, clock: FixedClock
) -> None:
    await says(shop, caller, clock, "how much is a tune up at 1422 W Elm St")
    await _change(shop, "status = 'closed', ended_at = last_sign_at")
    clock.advance(days=3)
    (answer,) = await says(shop, caller, clock, "ok the boiler is leaking")
    assert "Is it urgent" in answer
    lead = await shop.lead()
    assert (lead["problem"], lead["address"]) == ("ok the boiler is leaking", "1422 W Elm St")


async def test_a_shop_s_own_words_and_a_class_that_is_off(shop: Any, caller: str, clock: FixedClock) -> None:
    async with shop.database.work() as transaction:
        for name, body, active in (
            ("ask_address", "Where’s the trouble, {first_name|neighbor}?", True),
            ("first_reply", "{shop}: who’s there? STOP to opt out.", False),
        ):
            assert await templates.replace(
                transaction, organization_id=shop.id, name=name, version=0, body=body, active=active, by=By(None, "Pat", clock.now())
            )  # fmt: skip
    await shop.rung_by(caller)
    row = await shop.row(caller)
    assert (row["state"], row["rule"], row["reason"]) == (
        "suppressed",
        5,
        "Not sent — you switched this kind of text off",
    )
    (answer,) = await says(shop, caller, clock, "no heat")
    assert answer == "Northside Heating & Air: Where's the trouble, neighbor? Reply STOP to opt out."


async def test_a_text_switched_off_while_it_is_held_does_not_leave(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = open_shop(first_reply=FirstReply())
    clock.advance(hours=10)
    await shop.rung_by(caller)
    async with shop.database.work() as transaction:
        await templates.replace(
            transaction, organization_id=shop.id, name="first_reply", version=0, body="{shop}, or STOP", active=False,
            by=By(None, "Pat", clock.now()),
        )  # fmt: skip
    clock.advance(hours=10)
    await shop.hears_nothing_new()
    await shop.sends()
    assert ((await shop.row(caller))["state"], (await shop.row(caller))["rule"]) == ("suppressed", 5)


async def _taken_over(shop: Any, *, owns: bool = True) -> None:
    await _change(shop, f"office_owns = {owns}, handed_over_at = NULL")


async def _change(shop: Any, what: str) -> None:
    lead = await shop.lead()
    async with shop.database.work() as transaction:
        await transaction.execute(f"UPDATE leads SET {what} WHERE lead_id = $1", lead["lead_id"])
