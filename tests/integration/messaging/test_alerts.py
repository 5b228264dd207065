"""The office is told: who chose it, grouped, one after the other, quiet once it was answered."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from homeowners import shown
from office import JESS, NEEDS, PAT, Office, member

from contracts.organizations import Span
from messaging.gateway.carrier import Refused


@pytest.fixture
def open_office(open_shop: Callable[..., Any]) -> Callable[..., Office]:
    return lambda *members, **settings: Office(open_shop(**settings), *members)


async def test_nobody_chose_anything_and_nobody_is_told(open_office: Callable[..., Office], caller: str) -> None:
    office = open_office(member("pat", PAT, by=()), member("jess", JESS, about=("trouble",)))
    await office.shop.texted_by(caller, NEEDS)
    await office.looks(minutes=2)
    (alert,) = await office.alerts()
    assert (alert["ended_reason"], alert["told"]) == ("nobody chose to be told", [])
    assert (office.told(PAT), office.told(JESS)) == ([], [])


async def test_a_thread_that_needs_a_person_is_told_with_its_address_and_once(
    open_office: Callable[..., Office], caller: str
) -> None:
    office = open_office(member("pat", PAT))
    await office.shop.texted_by(caller, NEEDS)
    await office.looks()
    assert office.told(PAT) == []  # a minute for what else may come
    await office.looks(minutes=1)
    await office.looks(minutes=3)
    lead = await office.shop.lead()
    (body,) = office.told(PAT)
    assert f"http://callsnare.test/leads/{lead['lead_id']}" in body
    assert body.startswith(f"Northside Heating & Air: {shown(caller)}: ")
    assert NEEDS not in body
    row = await office.shop.row(PAT)
    assert (row["text_class"], row["lead_id"], row["state"]) == ("staff_alert", None, "sent")


async def test_several_things_within_a_short_span_are_one_alert(open_office: Callable[..., Office]) -> None:
    office = open_office(member("pat", PAT))
    homeowners = [f"+1312555{number:04}" for number in range(4001, 4006)]
    for number in homeowners:
        await office.shop.texted_by(number, NEEDS)
        office.clock.advance(seconds=10)
    await office.looks(seconds=15)  # the first has waited for a minute, the last for twenty-five seconds
    (body,) = office.told(PAT)
    assert body.startswith("Northside Heating & Air: 5 things need you.")
    assert (body.count("/leads/"), "and 2 more: http://callsnare.test/inbox" in body) == (3, True)
    await office.looks(minutes=5)
    assert len(office.told(PAT)) == 1


async def test_unanswered_it_goes_to_the_next_person_after_the_minutes_that_the_shop_chose(
    open_office: Callable[..., Office], caller: str
) -> None:
    office = open_office(member("pat", PAT), member("jess", JESS, place=1))
    office.shop.become(members=office.shop.organizations.get(office.shop.id).members, alert_minutes=5)
    await office.shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    assert (len(office.told(PAT)), office.told(JESS)) == (1, [])
    await office.looks(minutes=4, seconds=59)
    assert office.told(JESS) == []
    await office.looks(seconds=1)
    await office.looks(minutes=30)
    assert (len(office.told(PAT)), len(office.told(JESS))) == (1, 1)


async def test_it_is_quiet_once_the_thread_was_answered(open_office: Callable[..., Office], caller: str) -> None:
    office = open_office(member("pat", PAT), member("jess", JESS, place=1))
    await office.shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    office.clock.advance(minutes=5)
    await office.answers(caller)
    await office.looks(minutes=5)
    (alert,) = await office.alerts()
    assert (alert["ended_reason"], office.told(JESS)) == ("answered", [])
    await office.shop.texted_by(
        caller, "and now it smells"
    )  # the next need is a new one, and begins with the first person
    await office.looks(minutes=3)
    assert (len(office.told(PAT)), office.told(JESS)) == (2, [])


async def test_what_was_answered_within_the_minute_is_never_told(
    open_office: Callable[..., Office], caller: str
) -> None:
    office = open_office(member("pat", PAT))
    await office.shop.texted_by(caller, NEEDS)
    await office.looks(seconds=20)
    await office.answers(caller)
    await office.looks(minutes=1)
    assert office.told(PAT) == []


async def test_an_urgent_word_is_told_at_once_and_at_night_the_rest_at_opening(
    open_office: Callable[..., Office], caller: str
) -> None:
    office = open_office(member("pat", PAT), hours={day: (Span(start=540, end=660),) for day in ("tue", "wed")})
    await office.shop.texted_by(caller, NEEDS)  # noon: the shop closed at eleven
    await office.looks(minutes=5)
    assert office.told(PAT) == []
    await office.needed(caller, urgent=True, sentence="may smell gas")
    await office.looks()
    (body,) = office.told(PAT)
    assert f": URGENT. {shown(caller)}: " in body
    assert "may smell gas. http" in body
    other = "+13125554100"
    await office.shop.texted_by(other, NEEDS)
    await office.looks(hours=2)
    assert len(office.told(PAT)) == 1
    await office.looks(hours=19)  # 9:07 AM on Wednesday
    assert len(office.told(PAT)) == 2


async def test_a_draft_that_waits_is_told_as_one(open_office: Callable[..., Office], caller: str) -> None:
    office = open_office(member("pat", PAT, about=("draft",)), automation="approval")
    await office.shop.rung_by(caller)
    await office.looks(minutes=1)
    (body,) = office.told(PAT)
    assert "a draft waits for your OK" in body


async def test_a_line_that_was_stopped_is_told_to_everybody_who_asked_for_it(
    open_office: Callable[..., Office], caller: str
) -> None:
    office = open_office(member("pat", PAT), member("jess", JESS, place=1), member("sam", None))
    office.shop.carrier.answers = [Refused(30034, 400)]
    await office.shop.rung_by(caller)
    await office.looks(minutes=1)
    await office.looks(minutes=30)
    for number in (PAT, JESS):
        (body,) = [each for each in office.told(number) if "automation stopped" in each]
        assert "http://callsnare.test/settings/stops" in body


async def test_an_event_that_comes_again_and_a_thread_that_writes_again_are_no_new_alert(
    open_office: Callable[..., Office], caller: str
) -> None:
    office = open_office(member("pat", PAT))
    await office.shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    office._heard_up_to = 0
    await office.shop.texted_by(caller, NEEDS)
    await office.looks(minutes=3)
    assert (len(await office.alerts()), len(office.told(PAT))) == (1, 1)


async def test_two_processes_tell_once(open_office: Callable[..., Office], caller: str) -> None:
    office = open_office(member("pat", PAT))
    await office.shop.texted_by(caller, NEEDS)
    office.clock.advance(minutes=1)
    await office.hears_of_itself()
    await asyncio.gather(*[office.shop.alerts.tell() for _ in range(4)])
    await office.shop.sends()
    assert len(office.told(PAT)) == 1


async def test_a_member_who_wrote_stop_gets_no_alert_and_the_next_one_is_told(
    open_office: Callable[..., Office], caller: str
) -> None:
    office = open_office(member("pat", PAT), member("jess", JESS, place=1))
    await office.shop.texted_by(PAT, "STOP")
    await office.shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    await office.looks(minutes=10)
    assert office.told(PAT) == []
    assert len(office.told(JESS)) == 1


async def test_an_alert_that_could_not_leave_for_half_an_hour_is_not_sent_any_more(
    open_office: Callable[..., Office], caller: str
) -> None:
    office = open_office(member("pat", PAT))
    office.shop.carrier.answers = [Refused(20429, 429)] * 3
    await office.shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    await office.looks(minutes=31)
    row = (await office.shop.rows(PAT))[0]
    assert (row["state"], row["rule"]) == ("suppressed", 8)


async def test_alerts_ask_no_plan_no_mode_and_no_hour(open_office: Callable[..., Office], caller: str) -> None:
    office = open_office(member("pat", PAT, off_hours="all"), automation="preview")
    office.clock.advance(hours=9)
    await office.shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    assert len(office.told(PAT)) == 1
