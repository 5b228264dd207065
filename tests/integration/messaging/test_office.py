"""What the office does in a thread: refusals first, then answering, taking, handing back, closing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from homeowners import shown, unused_number
from office_desk import OfficeDesk

from chassis import ids
from messaging.app.assign_lead import assign_lead
from messaging.app.change_homeowner import ignore_number, opt_out_by_office, pause_automation, rename_homeowner
from messaging.app.change_status import change_status
from messaging.app.desk import NotHere, Refused
from messaging.app.log_call import log_call
from messaging.app.open_lead import open_lead
from messaging.app.send_staff_text import SomebodyFaster, Written, send_staff_text
from messaging.app.take_thread import hand_back, take_over
from messaging.app.write_note import write_note
from messaging.domain.leads import Status
from messaging.store import search
from messaging.store.inbox import FOLD_LOCK


@pytest.fixture
def office(shop: Any) -> OfficeDesk:
    return OfficeDesk(shop)


def words(body: str = "No extra charge for same day.", **more: Any) -> Written:
    return Written(client_id=ids.new_id().hex, body=body, **more)


async def test_another_shops_lead_is_not_here(office: OfficeDesk, open_shop: Callable[..., Any], caller: str) -> None:
    await office.shop.rung_by(caller)
    lead_id, stranger = await office.only_lead(), OfficeDesk(open_shop())
    for act in (
        lambda: send_staff_text(stranger.desk, stranger.sam, lead_id=lead_id, written=words()),
        lambda: take_over(stranger.desk, stranger.sam, lead_id=lead_id),
        lambda: write_note(stranger.desk, stranger.sam, lead_id=lead_id, client_id="1", body="hm"),
        lambda: change_status(stranger.desk, stranger.sam, lead_id=lead_id, status="closed", reason="spam"),
        lambda: rename_homeowner(stranger.desk, stranger.sam, lead_id=lead_id, name="X"),
        lambda: stranger.thread(lead_id),
    ):
        with pytest.raises(NotHere):
            await act()
    assert [row["state"] for row in await office.shop.rows(caller)] == ["sent"]


async def test_nobody_can_text_around_an_opt_out(office: OfficeDesk, caller: str) -> None:
    await office.shop.answers_nothing()
    await office.shop.texted_by(caller, "my furnace is out")
    lead_id = await office.only_lead()
    await office.shop.texted_by(caller, "STOP")
    with pytest.raises(Refused, match="asked for no more texts"):
        await send_staff_text(office.desk, office.sam, lead_id=lead_id, written=words())
    assert not (await office.shop.lead())["office_owns"], "a refused text takes no thread"
    assert [row for row in await office.shop.rows(caller) if row["text_class"] == "staff"] == []


async def test_an_answer_leaves_once_and_takes_the_thread(office: OfficeDesk, caller: str) -> None:
    await office.shop.texted_by(caller, "Can I talk to a person?")
    assert (await office.row())["turn"] == "office"
    lead_id, answer = await office.only_lead(), words()
    for _ in range(2):
        await send_staff_text(office.desk, office.sam, lead_id=lead_id, written=answer)
    await office.shop.sends()
    assert office.shop.carrier.bodies(caller).count(answer.body) == 1
    lead, row = await office.shop.lead(), await office.row()
    assert (lead["office_owns"], lead["assigned_to"], row["turn"]) == (True, office.sam.member_id, "homeowner")
    (bubble,) = [line for line in (await office.thread(lead_id)).lines if line.staff]
    assert (bubble.by, bubble.words, bubble.staff) == ("Sam Okafor", "Sent", True)


async def test_the_second_of_two_who_answer_is_told(office: OfficeDesk, caller: str) -> None:
    await office.shop.answers_nothing()
    await office.shop.texted_by(caller, "my furnace is out")
    lead_id, seen = await office.only_lead(), office.shop.clock.now()
    office.shop.clock.advance(seconds=10)
    await send_staff_text(office.desk, office.jess, lead_id=lead_id, written=words("On our way", seen=seen))
    with pytest.raises(SomebodyFaster) as told:
        await send_staff_text(office.desk, office.sam, lead_id=lead_id, written=words(seen=seen))
    assert (told.value.member_id, told.value.body) == (office.jess.member_id, "On our way")
    await send_staff_text(office.desk, office.sam, lead_id=lead_id, written=words(seen=seen, anyway=True))
    assert [row["text_class"] for row in await office.shop.rows(caller)].count("staff") == 2


async def test_automation_falls_silent_until_it_is_handed_back(office: OfficeDesk, caller: str) -> None:
    office.shop.become(first_reply=type(office.shop.organizations.get(office.shop.id).first_reply)(at_night="hold"))
    office.shop.clock.advance(hours=13)  # one in the morning
    await office.shop.rung_by(caller)
    assert (await office.row())["turn"] == "automation"
    lead_id = await office.only_lead()
    await take_over(office.desk, office.sam, lead_id=lead_id)
    assert [row["state"] for row in await office.shop.rows(caller)] == ["cancelled"]
    assert (await office.row())["turn"] == "office"
    await hand_back(office.desk, office.sam, lead_id=lead_id)
    assert not (await office.shop.lead())["office_owns"]
    assert [item["what"] for item in await office.shop.thread(lead_id) if item["kind"] == "status"] == ["took_over", "handed_back"]  # fmt: skip


async def test_a_lead_closes_with_a_reason_and_comes_back(office: OfficeDesk, caller: str) -> None:
    await office.shop.rung_by(caller)
    lead_id = await office.only_lead()
    refused: tuple[Status, ...] = ("closed", "won", "booked")
    for status in refused:
        with pytest.raises(Refused):
            await change_status(office.desk, office.sam, lead_id=lead_id, status=status)
    await change_status(office.desk, office.sam, lead_id=lead_id, status="closed", reason="spam")
    (row,) = (await office.inbox(show="closed")).rows
    assert (row["turn"], row["why"]) == ("nobody", "Closed: spam")
    await change_status(office.desk, office.jess, lead_id=lead_id, status="active")
    told = await office.shop.told("lead.changed.v1")
    assert [(each.status, each.changed_by) for each in told] == [
        ("closed", f"member:{office.sam.member_id}"),
        ("active", f"member:{office.jess.member_id}"),
    ]
    assert {each.actor for each in await office.shop.told("change.audited.v1")} == {"Sam Okafor", "Jess Tran"}


async def test_an_ended_lead_stays_ended_beside_a_newer_open_one(office: OfficeDesk, caller: str) -> None:
    await office.shop.rung_by(caller)
    lead_id = await office.only_lead()
    await change_status(office.desk, office.sam, lead_id=lead_id, status="closed", reason="lost")
    office.shop.clock.advance(days=3)
    await office.shop.rung_by(caller)
    with pytest.raises(Refused, match="newer open lead"):
        await change_status(office.desk, office.sam, lead_id=lead_id, status="active")


async def test_a_call_of_the_office_is_an_answer(office: OfficeDesk, caller: str) -> None:
    await office.shop.texted_by(caller, "CANCEL")
    assert (await office.row())["why"] == "Opted out · call about the visit"
    office.shop.clock.advance(minutes=2)
    await log_call(office.desk, office.sam, lead_id=await office.only_lead())
    assert (await office.row())["turn"] == "homeowner"


async def test_what_was_read_is_read_by_one_person_only(office: OfficeDesk, caller: str) -> None:
    for body in ("my furnace is out", "hello?"):
        await office.shop.texted_by(caller, body)
    lead_id = await office.only_lead()
    await office.thread(lead_id, office.sam)
    assert [(await office.inbox(who)).rows[0]["unread"] for who in (office.sam, office.jess)] == [0, 2]


async def test_a_note_is_kept_once_and_not_sent(office: OfficeDesk, caller: str) -> None:
    await office.shop.rung_by(caller)
    lead_id = await office.only_lead()
    for _ in range(2):
        await write_note(office.desk, office.sam, lead_id=lead_id, client_id="n1", body="  gate code 1 2 3 4 ")
    notes = [line.body for line in (await office.thread(lead_id)).lines if line.kind == "note"]
    assert notes == ["gate code 1 2 3 4"]
    assert len(office.shop.carrier.bodies(caller)) == 1, "the first reply alone"


async def test_a_spoken_opt_out_is_as_good_as_stop(office: OfficeDesk, caller: str) -> None:
    await office.shop.texted_by(caller, "my furnace is out")
    lead_id = await office.only_lead()
    await opt_out_by_office(office.desk, office.sam, lead_id=lead_id, how="said so on the phone")
    with pytest.raises(Refused, match="asked for no more texts"):
        await send_staff_text(office.desk, office.sam, lead_id=lead_id, written=words())
    (told,) = await office.shop.told("homeowner.opted_out.v1")
    assert told.source == "office"


async def test_an_ignored_number_opens_no_lead_again(office: OfficeDesk, caller: str) -> None:
    await office.shop.rung_by(caller)
    lead_id = await office.only_lead()
    await ignore_number(office.desk, office.sam, lead_id=lead_id)
    await change_status(office.desk, office.sam, lead_id=lead_id, status="closed", reason="spam")
    office.shop.clock.advance(days=2)
    await office.shop.rung_by(caller)
    assert len(await office.shop.leads()) == 1


async def test_name_pause_and_owner_are_changed_and_told(office: OfficeDesk, caller: str) -> None:
    await office.shop.rung_by(caller)
    lead_id = await office.only_lead()
    await rename_homeowner(office.desk, office.sam, lead_id=lead_id, name=" Dana  Whitlock ")
    await pause_automation(office.desk, office.sam, lead_id=lead_id, paused=True)
    await assign_lead(office.desk, office.sam, lead_id=lead_id, member_id=office.jess.member_id)
    with pytest.raises(Refused):
        await assign_lead(office.desk, office.sam, lead_id=lead_id, member_id=ids.new_id())
    row = await office.row()
    assert (row["name"], row["assigned_to"]) == ("Dana Whitlock", office.jess.member_id)
    assert [(await office.inbox(who, whose="mine")).rows != [] for who in (office.sam, office.jess)] == [False, True]
    names = [change for told in await office.shop.told("change.audited.v1") for change in told.changes]
    assert all("Dana" not in str(change) for change in names), "the audit trail outlives an erasure"


async def test_the_office_opens_a_lead_by_any_writing_of_a_number(office: OfficeDesk, caller: str) -> None:
    with pytest.raises(Refused):
        await open_lead(office.desk, office.sam, number="555-0142")
    spoken = shown(caller)
    first = await open_lead(office.desk, office.sam, number=spoken, name="Walt Simmons", may_text=True)
    assert await open_lead(office.desk, office.sam, number=caller) == first
    row = await office.row()
    assert (row["name"], row["number"], row["status"], row["says"]) == ("Walt Simmons", caller, "new", "Opened by the office")  # fmt: skip
    (consent,) = await office.shop.told("consent.recorded.v1")
    assert consent.source == "office"


async def test_a_page_continues_where_the_last_one_ended(office: OfficeDesk) -> None:
    for _ in range(45):
        await open_lead(office.desk, office.sam, number=unused_number())
        office.shop.clock.advance(seconds=1)
    first = await office.inbox()
    assert first.more is not None
    second = await office.inbox(after=first.more)
    every = [row["lead_id"] for row in (*first.rows, *second.rows)]
    assert len(every) == len(set(every)) == len(await office.shop.leads())
    assert first.counts["all"] == len(every)
    moments = [row["last_at"] for row in first.rows]
    assert moments == sorted(moments, reverse=True)
    assert first.rows[0]["last_at"] - first.rows[1]["last_at"] >= timedelta(0)


@pytest.mark.parametrize(
    "asked", ["furnace", "FURN smok", "whitlock", "dana w", "{area}) {exchange}", "{number}", "{last}"]
)
async def test_a_lead_is_found_by_name_number_or_words(office: OfficeDesk, asked: str) -> None:
    number = unused_number()
    await office.shop.texted_by(number, "Smoke from the FURNACE, can’t stay inside")
    await rename_homeowner(office.desk, office.sam, lead_id=await office.only_lead(), name="Dana Whitlock")
    for index in range(3):
        await open_lead(office.desk, office.sam, number=f"+14157779{index:03}")
    spoken = asked.format(area=number[2:5], exchange=number[5:8], number=shown(number), last=number[-4:])
    found = (await office.inbox(query=spoken)).rows
    assert [row["number"] for row in found] == [number]
    assert (await office.inbox(query="chimney")).rows == []


async def test_one_process_folds_at_a_time(office: OfficeDesk, caller: str) -> None:
    await office.shop.rung_by(caller)
    async with office.shop.database.work() as other:
        await other.execute("SELECT pg_advisory_xact_lock($1)", FOLD_LOCK)
        assert await office.fold() is False
        async with office.shop.database.work() as transaction:
            assert await transaction.fetch_value("SELECT count(*) FROM thread_changes") > 0, "nothing is lost meanwhile"
    assert (await office.row())["number"] == caller


async def test_the_search_of_another_shop_is_refused_by_the_database(
    office: OfficeDesk, open_shop: Callable[..., Any], caller: str
) -> None:
    await office.shop.texted_by(caller, "my furnace is out")
    await office.folded()
    stranger = open_shop()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with stranger.database.web(stranger.id) as transaction:
            await search.find(transaction, organization_id=office.shop.id, wanted=["furnace"], most=5)
