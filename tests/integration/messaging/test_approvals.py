"""Automation asks first: refusals before anything, then yes, yes in other words, no, and drafts that go stale."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from office_desk import OfficeDesk

from chassis import ids
from chassis.testing import FixedClock
from contracts.organizations import FirstReply
from messaging.app.answer_draft import approve_draft, skip_draft
from messaging.app.change_words import change_template
from messaging.app.desk import NotHere, Refused
from messaging.app.read_approvals import read_approvals
from messaging.app.review_drafts import ReviewDrafts
from messaging.domain.templates import TEMPLATES


@pytest.fixture
def office(open_shop: Callable[..., Any]) -> OfficeDesk:
    return OfficeDesk(open_shop(automation="approval"))


async def draft(office: OfficeDesk, caller: str) -> UUID:
    await office.shop.rung_by(caller)
    row = await office.shop.row(caller)
    assert row["state"] == "awaiting_approval"
    text_id: UUID = row["text_id"]
    return text_id


async def reviewed(office: OfficeDesk) -> None:
    shop = office.shop
    review = ReviewDrafts(database=shop.database, organizations=shop.organizations, heard=shop.heard, clock=shop.clock)
    while await review():
        pass


async def test_another_shops_draft_is_not_here(office: OfficeDesk, open_shop: Callable[..., Any], caller: str) -> None:
    text_id, stranger = await draft(office, caller), OfficeDesk(open_shop(automation="approval"))
    for wanted in (text_id, ids.new_id()):
        with pytest.raises(NotHere):
            await approve_draft(stranger.desk, stranger.sam, text_id=wanted, body=None)
        with pytest.raises(NotHere):
            await skip_draft(stranger.desk, stranger.sam, text_id=wanted, reason="")
    assert (await read_approvals(stranger.desk, stranger.sam)).waiting == []
    assert (await office.shop.row(caller))["state"] == "awaiting_approval"


async def test_two_people_answer_one_draft_and_it_leaves_once(office: OfficeDesk, caller: str) -> None:
    text_id = await draft(office, caller)
    await approve_draft(office.desk, office.sam, text_id=text_id, body=None)
    with pytest.raises(Refused, match="Sam Okafor was faster"):
        await approve_draft(office.desk, office.jess, text_id=text_id, body=None)
    with pytest.raises(Refused, match="waits no longer"):
        await skip_draft(office.desk, office.jess, text_id=text_id, reason="")
    await office.shop.sends()
    await office.shop.sends()
    assert len(office.shop.carrier.bodies(caller)) == 1


@pytest.mark.parametrize("body", ["", "   ", "x" * 1601])
async def test_words_that_cannot_be_sent_are_refused_and_the_draft_stays(
    office: OfficeDesk, caller: str, body: str
) -> None:
    text_id = await draft(office, caller)
    with pytest.raises(Refused, match="between 1 and 1600"):
        await approve_draft(office.desk, office.sam, text_id=text_id, body=body)
    assert (await office.shop.row(caller))["state"] == "awaiting_approval"


async def test_nobody_can_approve_around_an_opt_out(office: OfficeDesk, caller: str) -> None:
    text_id = await draft(office, caller)
    await office.shop.texted_by(caller, "STOP")
    with pytest.raises(Refused, match="asked for no more texts"):
        await approve_draft(office.desk, office.sam, text_id=text_id, body=None)
    await office.shop.sends()
    assert office.shop.carrier.bodies(caller) == []


async def test_a_stop_between_the_yes_and_the_sending_still_counts(office: OfficeDesk, caller: str) -> None:
    text_id = await draft(office, caller)
    await approve_draft(office.desk, office.sam, text_id=text_id, body=None)
    await office.shop.hears(office.shop.text(caller, "STOP"))
    await office.shop.sends()
    assert (await office.shop.row(caller))["state"] == "cancelled"
    assert office.shop.carrier.bodies(caller) == []


async def test_a_yes_sends_it_and_says_who(office: OfficeDesk, caller: str) -> None:
    text_id = await draft(office, caller)
    assert await office.shop.turn() == "office"
    (waiting,) = (await read_approvals(office.desk, office.sam)).waiting
    assert waiting.forecast.outcome == "send"
    sentence = await approve_draft(office.desk, office.sam, text_id=text_id, body=waiting.body)
    assert sentence == "Sent at 12:00 PM — all checks passed"
    await office.shop.sends()
    row = await office.shop.row(caller)
    assert (row["state"], row["approved"]) == ("sent", True)
    assert row["latest_decision"]["rules"][4]["fact"] == "the office said yes to it"
    (audited,) = await office.shop.told("change.audited.v1")
    assert (audited.actor, audited.action, audited.subject_id) == ("Sam Okafor", "draft approved", str(text_id))
    (cleared,) = (await read_approvals(office.desk, office.sam)).cleared
    assert (cleared["action"], cleared["member_name"]) == ("approved", "Sam Okafor")


async def test_other_words_leave_as_they_were_written_with_what_a_first_text_must_say(
    office: OfficeDesk, caller: str
) -> None:
    text_id = await draft(office, caller)
    await approve_draft(office.desk, office.jess, text_id=text_id, body="Hi Dana, is it the furnace?")
    await office.shop.sends()
    assert office.shop.carrier.bodies(caller) == [
        "Northside Heating & Air: Hi Dana, is it the furnace? Reply STOP to opt out."
    ]
    (cleared,) = (await read_approvals(office.desk, office.sam)).cleared
    assert cleared["action"] == "edited"
    assert "sorry we missed your call" in cleared["body_before"]


async def test_a_yes_at_night_waits_for_the_morning(
    open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    office = OfficeDesk(open_shop(automation="approval", first_reply=FirstReply()))
    clock.advance(hours=10)  # 10 PM
    text_id = await draft(office, caller)
    (waiting,) = (await read_approvals(office.desk, office.sam)).waiting
    assert waiting.forecast.sentence == "Held until 8:00 AM — quiet hours in Illinois, by the number"
    await approve_draft(office.desk, office.sam, text_id=text_id, body=None)
    assert (await office.shop.row(caller))["state"] == "held"
    clock.advance(hours=10)
    await office.shop.hears_nothing_new()
    await office.shop.sends()
    assert len(office.shop.carrier.bodies(caller)) == 1


async def test_a_no_keeps_it_and_its_reason(office: OfficeDesk, caller: str) -> None:
    text_id = await draft(office, caller)
    await skip_draft(office.desk, office.sam, text_id=text_id, reason="spoke by phone")
    row = await office.shop.row(caller)
    assert (row["state"], row["reason"]) == ("cancelled", "Not sent — Sam Okafor skipped it: spoke by phone")
    (ended,) = await office.shop.told("text.ended.v1")
    assert (ended.state, ended.text_id) == ("cancelled", text_id)
    await office.shop.sends()
    assert office.shop.carrier.asked == []


async def test_a_draft_that_a_reply_overtook_leaves_the_list_by_itself_and_says_so(
    office: OfficeDesk, caller: str
) -> None:
    await draft(office, caller)
    await office.shop.texted_by(caller, "my furnace is out")
    await reviewed(office)
    row = next(each for each in await office.shop.rows(caller) if each["text_class"] == "first_reply")
    assert (row["state"], row["rule"]) == ("suppressed", 8)
    assert row["reason"] == "Not sent — the lead was new when this was planned and is active now"
    page = await read_approvals(office.desk, office.sam)
    assert row["text_id"] not in [each.draft.text.text_id for each in page.waiting]
    assert row["text_id"] in [each["text_id"] for each in page.stale]


async def test_a_draft_that_nobody_answered_in_time_is_of_no_use(
    office: OfficeDesk, caller: str, clock: FixedClock
) -> None:
    await draft(office, caller)
    await reviewed(office)
    clock.advance(hours=2, seconds=1)
    await reviewed(office)
    row = await office.shop.row(caller)
    assert (row["state"], row["rule"]) == ("suppressed", 8)
    assert "too late to be of use" in row["reason"]


async def test_a_kind_of_text_that_was_switched_off_cannot_be_approved_and_leaves_the_list(
    office: OfficeDesk, caller: str
) -> None:
    text_id = await draft(office, caller)
    words = TEMPLATES["first_reply"]
    await change_template(office.desk, office.pat, name="first_reply", body=words, active=False, seen=0)
    (waiting,) = (await read_approvals(office.desk, office.sam)).waiting
    assert waiting.forecast.sentence == "Not sent — you switched this kind of text off"
    told = await approve_draft(office.desk, office.sam, text_id=text_id, body=None)
    assert told == "Not sent — you switched this kind of text off"
    await office.shop.sends()
    assert office.shop.carrier.asked == []


async def test_what_waits_when_its_kind_is_switched_off_says_so(office: OfficeDesk, caller: str) -> None:
    await draft(office, caller)
    words = TEMPLATES["first_reply"]
    await change_template(office.desk, office.pat, name="first_reply", body=words, active=False, seen=0)
    await reviewed(office)
    row = await office.shop.row(caller)
    assert (row["state"], row["rule"]) == ("suppressed", 5)


async def test_going_live_sends_nothing_that_waits_and_it_goes_stale_as_before(
    office: OfficeDesk, caller: str, clock: FixedClock
) -> None:
    await draft(office, caller)
    office.shop.become(automation="live")
    await reviewed(office)
    await office.shop.sends()
    assert (await office.shop.row(caller))["state"] == "awaiting_approval"
    clock.advance(hours=2, seconds=1)
    await reviewed(office)
    assert (await office.shop.row(caller))["rule"] == 8
    assert office.shop.carrier.asked == []


async def test_a_look_at_a_draft_changes_nothing_while_it_is_true(
    office: OfficeDesk, caller: str, clock: FixedClock
) -> None:
    await draft(office, caller)
    for _ in range(3):
        await reviewed(office)
        clock.advance(seconds=16)
    row = await office.shop.row(caller)
    assert (row["state"], row["looks"]) == ("awaiting_approval", 1)
    assert len(await office.shop.told("text.decided.v1")) == 1


async def test_preview_says_what_it_would_have_sent_and_sends_nothing(
    open_shop: Callable[..., Any], caller: str
) -> None:
    shop = open_shop(automation="preview")
    await shop.rung_by(caller)
    row = await shop.row(caller)
    assert (row["state"], row["reason"]) == ("suppressed", "Preview: would have sent at 12:00 PM")
    lead = await shop.lead()
    (line,) = [each for each in await shop.thread(lead["lead_id"]) if each["kind"] == "text_out"]
    assert line["sentence"] == "Preview: would have sent at 12:00 PM"
    assert shop.carrier.asked == []
    shop.become(automation="live")
    shop.clock.advance(minutes=1)
    await shop.rung_by(caller)  # the preview does not count as a first reply
    assert len(shop.carrier.bodies(caller)) == 1
