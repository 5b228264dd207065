"""The list of leads: how many stand in each group, and whose the last words are."""

import re
from typing import Any

import aiohttp
import pytest
from homeowners import unused_number
from office_desk import OfficeDesk, OfficePages

from chassis import ids
from messaging.app.assign_lead import assign_lead
from messaging.app.change_status import change_status
from messaging.app.open_lead import open_lead
from messaging.app.read_inbox import PAGE
from messaging.app.send_staff_text import Written, send_staff_text
from messaging.domain.leads import Turn
from messaging.gateway.carrier import Refused


@pytest.fixture
def office(shop: Any) -> OfficeDesk:
    return OfficeDesk(shop)


async def heads(client: aiohttp.ClientSession, path: str) -> dict[str, str]:
    """Each group's count as the page shows it."""
    async with client.get(path) as answer:
        assert answer.status == 200
        return dict(re.findall(r'data-turn-count="(\w+)">([^<]+)<', await answer.text()))


async def a_text(office: OfficeDesk, number: str) -> Any:
    """Of somebody who wants a person."""
    await office.shop.texted_by(number, "Can I talk to a person?")
    return next(row["lead_id"] for row in await office.shop.leads() if row["number"] == number)


async def test_each_group_counts_all_that_stand_in_it_whatever_page_shows_them(office: OfficeDesk) -> None:
    for _ in range(PAGE + 5):
        await open_lead(office.desk, office.sam, number=unused_number())
    asks = [await a_text(office, unused_number()) for _ in range(3)]
    await assign_lead(office.desk, office.sam, lead_id=asks[0], member_id=office.jess.member_id)
    gone = await a_text(office, unused_number())
    await change_status(office.desk, office.sam, lead_id=gone, status="closed", reason="spam")
    first = await office.inbox()
    assert first.turns == {"office": 3, "automation": 0, "homeowner": PAGE + 5, "nobody": 0}
    assert (await office.inbox(after=first.more)).turns == first.turns
    assert (await office.inbox(office.jess, whose="mine")).turns["office"] == 1
    assert (await office.inbox(whose="unassigned")).turns["office"] == 2
    assert (await office.inbox(show="office")).turns == {"office": 3, "automation": 0, "homeowner": 0, "nobody": 0}
    closed = await office.inbox(show="closed")
    turn: Turn = closed.rows[0]["turn"]
    assert (len(closed.rows), closed.turns[turn], sum(closed.turns.values())) == (1, 1, 1)


async def test_an_urgent_lead_counts_with_the_offices_own(office: OfficeDesk) -> None:
    await office.shop.texted_by(unused_number(), "I smell gas in the basement")
    await a_text(office, unused_number())
    page = await office.inbox()
    assert (page.rows[0]["marks"].get("urgent"), page.turns["office"]) == (True, 2)


async def test_the_heads_of_the_groups_carry_their_counts(pages: OfficePages) -> None:
    office = pages.office
    for _ in range(PAGE + 2):
        await open_lead(office.desk, office.sam, number=unused_number(), name="Curtis Odom")
    await a_text(office, unused_number())
    page = await office.inbox()
    assert page.more is not None
    more = f"/inbox?after={page.more[0]}.{page.more[1]}"
    async with pages.client(office.sam) as client:
        assert await heads(client, "/inbox") == {"office": "1", "homeowner": str(PAGE + 2)}
        assert await heads(client, more) == {"homeowner": str(PAGE + 2)}, "the group's, not the page's"
        async with client.get("/inbox?q=curtis") as answer:
            assert f'Found, newest first <span class="n">{PAGE + 2}</span>' in await answer.text()


async def test_last_words_say_whose_they_are(pages: OfficePages, caller: str) -> None:
    office = pages.office
    await office.shop.answers_nothing()
    lead_id = await a_text(office, caller)
    written = Written(client_id=ids.new_id().hex, body="Ray is on his way.")
    await send_staff_text(office.desk, office.jess, lead_id=lead_id, written=written)
    await office.shop.sends()
    await office.folded()
    for who, said in ((office.jess, "You: Ray is on his way."), (office.sam, "Jess: Ray is on his way.")):
        async with pages.client(who) as client, client.get("/inbox") as answer:
            assert said in await answer.text()
    shop = office.shop
    (_, _, pat) = shop.organizations.get(shop.id).members
    shop.become(members=(pat,))
    async with pages.client(office.pat) as client, client.get("/inbox") as answer:
        assert "Office: Ray is on his way." in await answer.text(), "of whom nobody knows any more"


async def test_the_homeowners_words_and_automations_keep_their_own_look(office: OfficeDesk, caller: str) -> None:
    await office.shop.rung_by(caller)
    assert (await office.row())["says"].startswith("Automation: ")
    office.shop.clock.advance(minutes=1)
    await office.shop.texted_by(caller, "Can I talk to a person?")
    row = await office.row()
    assert (row["says"], row["marks"].get("by")) == ("Can I talk to a person?", None)


async def test_a_lost_answer_is_told_as_the_thread_tells_it(office: OfficeDesk, caller: str) -> None:
    office.shop.carrier.loses_answers, office.shop.carrier.lists = True, False
    await office.shop.rung_by(caller)
    assert (await office.row())["says"] == "Asking the carrier whether it arrived"
    for _ in range(60):
        office.shop.clock.advance(minutes=1)
        await office.shop.settle()
    assert (await office.row())["says"] == "Nobody knows whether it arrived"
    lines = (await office.thread(await office.only_lead())).lines
    assert [line.words for line in lines if line.kind == "out"] == ["Nobody knows whether it arrived"]


async def test_a_text_that_the_carrier_refused_is_not_explained_as_sent(office: OfficeDesk, caller: str) -> None:
    office.shop.carrier.answers = [Refused(99999, 400)]
    await office.shop.rung_by(caller)
    (line,) = [each for each in (await office.thread(await office.only_lead())).lines if each.kind == "out"]
    assert (line.words, line.why) == ("Not sent: the carrier refused it (code 99999). Call instead", "What was checked")
