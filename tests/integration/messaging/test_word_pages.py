"""The pages of automation's words and questions, without scripts: who may, what is refused, what is kept, and the box to try."""

import html
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from office_desk import OfficePages

from messaging.store import templates

OWN = "{shop} here: sorry, {first_name|neighbor}. Tell us more, or STOP to opt out."


@pytest.fixture
async def owner(pages: OfficePages) -> AsyncIterator[aiohttp.ClientSession]:
    async with pages.client(pages.office.pat, role="owner") as client:
        yield client


async def read(client: aiohttp.ClientSession, path: str, status: int = 200) -> str:
    async with client.get(path) as answer:
        assert answer.status == status, await answer.text()
        return html.unescape(await answer.text())


async def send(client: aiohttp.ClientSession, path: str, status: int = 200, **form: Any) -> str:
    page = await read(client, path.partition("/try")[0].partition("/replies")[0].partition("/letters")[0])
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)
    fields = [("csrf", csrf[0] if csrf else "none")]
    for name, value in form.items():
        fields += [(name, each) for each in value] if isinstance(value, list) else [(name, str(value))]
    async with client.post(path, data=fields) as answer:
        assert answer.status == status, await answer.text()
        return html.unescape(await answer.text())


async def test_an_agent_sees_the_words_and_changes_nothing(pages: OfficePages) -> None:
    async with pages.client(pages.office.jess) as agent:
        page = await read(agent, "/settings/templates")
        assert "First reply, open" in page
        assert "Owners and admins can change this." in page
        assert "Save words" not in page
        for path in (
            "/settings/templates",
            "/settings/templates/letters",
            "/settings/templates/replies",
            "/settings/rules",
        ):
            async with agent.post(path, data={"csrf": pages.person(pages.office.jess).csrf}) as answer:
                assert answer.status == 403
    assert await stored(pages) == []


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("", "The text is empty."),
        ("Call us, or STOP to opt out.", "It must contain {shop}."),
        ("{shop}: call us.", "It must contain STOP."),
        ("{shop} {weather} STOP to opt out", "There is no field {weather}"),
        ("{shop} {first_name}, STOP to opt out", "may be unknown"),
        ("{shop}: reply YES to book, STOP to opt out", "takes for an opt-out or opt-in"),
        ("{shop} { STOP to opt out", "stands alone"),
        ("{shop} STOP to opt out " + "a" * 1600, "1600 is the most"),
    ],
)
async def test_words_that_would_break_a_promise_are_refused_and_stay_in_the_box(
    pages: OfficePages, owner: aiohttp.ClientSession, body: str, why: str
) -> None:
    page = await send(owner, "/settings/templates", 409, name="first_reply", seen=0, body=body, active=1)
    assert "Not saved." in page
    assert why in page
    assert body in page
    assert await stored(pages) == []


async def test_new_words_are_kept_beside_the_old_ones_and_leave_with_the_next_text(
    pages: OfficePages, owner: aiohttp.ClientSession, caller: str
) -> None:
    shop = pages.office.shop
    await send(owner, "/settings/templates", name="first_reply", seen=0, body=OWN, active=1)
    await send(owner, "/settings/templates", name="first_reply", seen=1, body=OWN + " Bye.", active=1)
    page = await read(owner, "/settings/templates?name=first_reply")
    assert "by Pat Doyle" in page
    assert "Versions of “First reply, open” (2)" in page
    assert page.count("Use again") == 1
    await shop.rung_by(caller)
    (body,) = shop.carrier.bodies(caller)
    assert body == "Northside Heating & Air here: sorry, neighbor. Tell us more, or STOP to opt out. Bye."
    first, second = await shop.told("change.audited.v1")
    assert (first.actor, first.action) == ("Pat Doyle", "words changed: First reply, open")
    assert [change.field for change in second.changes] == ["body"]


async def test_the_same_form_again_changes_nothing_and_an_old_one_is_refused(
    pages: OfficePages, owner: aiohttp.ClientSession
) -> None:
    for _ in range(2):
        await send(owner, "/settings/templates", name="help", seen=0, body="{shop}: {phone}. STOP ends texts.")
    page = await send(
        owner, "/settings/templates", 409, name="help", seen=0, body="{shop}: ring {phone}. STOP ends it."
    )
    assert "Somebody else changed this meanwhile." in page
    assert "ring {phone}" in page, "what was typed is still there"
    assert [(row["version"], row["active"]) for row in await stored(pages)] == [(1, True)]


async def test_a_class_is_switched_off_and_what_is_owed_by_law_cannot_be(
    pages: OfficePages, owner: aiohttp.ClientSession, caller: str
) -> None:
    await send(owner, "/settings/templates", name="first_reply", seen=0, body=OWN)
    await send(owner, "/settings/templates", name="help", seen=0, body="{shop}: {phone}. STOP ends texts.")
    assert {row["name"]: row["active"] for row in await stored(pages)} == {"first_reply": False, "help": True}
    assert '<span class="chip">Off</span>' in await read(owner, "/settings/templates?name=help")
    await pages.office.shop.rung_by(caller)
    assert (await pages.office.shop.row(caller))["rule"] == 5


async def test_another_text_than_ours_is_not_found(owner: aiohttp.ClientSession) -> None:
    await read(owner, "/settings/templates?name=weather", 404)


async def test_saved_replies_are_written_renewed_and_removed(pages: OfficePages, owner: aiohttp.ClientSession) -> None:
    path = "/settings/templates/replies"
    await send(owner, path, title="On our way", reply="We’re on our way")
    page = await send(owner, path, title="on our WAY", reply="We are 10 min out")
    assert "We are 10 min out" in page
    assert "We're on our way" not in page
    assert "needs a name" in await send(owner, path, 409, title=" ", reply="x")
    (reply_id,) = re.findall(r'name="saved_reply" value="([^"]+)"', page)
    for _ in range(2):
        assert "None yet." in await send(owner, f"{path}/remove", saved_reply=reply_id)
    await send(owner, f"{path}/remove", 422, saved_reply="x")
    actions = [event.action for event in await pages.office.shop.told("change.audited.v1")]
    assert actions == ["saved reply written", "saved reply written", "saved reply removed"]


async def test_the_office_decides_what_is_asked_and_whether_letters_stay_curly(
    pages: OfficePages, owner: aiohttp.ClientSession, caller: str
) -> None:
    shop = pages.office.shop
    await send(owner, "/settings/rules", seen=0, answers=1, asks=["problem", "name"])
    await send(owner, "/settings/templates/letters", seen=1)
    await send(owner, "/settings/templates", name="ask_name", seen=0, body="What’s your name?", active=1)
    await send(owner, "/settings/rules", 409, seen=1, answers=1, asks=["problem"])
    await shop.texted_by(caller, "no heat")
    assert shop.carrier.bodies(caller)[0].startswith("Northside Heating & Air: What’s your name?")
    await send(owner, "/settings/rules", seen=2)
    shop.clock.advance(minutes=1)
    await shop.texted_by(caller, "Dana")
    assert len(shop.carrier.bodies(caller)) == 1


async def test_the_box_shows_what_would_happen_and_nothing_does(
    pages: OfficePages, owner: aiohttp.ClientSession, caller: str
) -> None:
    tried = "/settings/rules/try"
    page = await send(owner, tried, kind="text", number=caller, text="no heat at 1422 W Elm St", at="2026-11-24T23:30")
    assert "Asks who." in page
    assert "1422 W Elm St" in page
    assert "What name should we put on the visit?" in page
    assert "answers a text of the last 15 minutes" in page.lower()
    assert page.count("<li") >= 12
    page = await send(owner, tried, kind="call", number=caller, text="", at="2026-11-24T12:00")
    assert "The first reply to a missed call." in page
    assert "Sent at 12:00 PM — all checks passed" in page
    page = await send(owner, tried, kind="text", number=caller, text="I smell gas", at="2026-11-24T03:00")
    assert "A safety text at once, and the office is alarmed." in page
    page = await send(owner, tried, kind="text", number=caller, text="please stop texting me", at="2026-11-24T03:00")
    assert "An opt-out in plain words" in page
    shop = pages.office.shop
    assert await shop.leads() == []
    assert shop.carrier.asked == []
    assert await shop.told("text.decided.v1") == []


async def test_the_box_looks_at_what_is_known_of_the_number(
    pages: OfficePages, owner: aiohttp.ClientSession, caller: str
) -> None:
    await pages.office.shop.rung_by(caller)
    at = f"{pages.office.shop.clock.now() - timedelta(hours=5):%Y-%m-%dT%H:%M}"
    page = await send(owner, "/settings/rules/try", kind="call", number=caller, text="", at=at)
    assert "a number you know" in page
    assert "already texted" in page


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"number": "12"}, "with its area code"),
        ({"number": "nobody"}, "with its area code"),
        ({"at": "soon"}, "Choose a day and a time."),
        ({"text": " "}, "Write what the homeowner texts."),
    ],
)
async def test_the_box_says_what_is_missing(owner: aiohttp.ClientSession, changes: dict[str, str], why: str) -> None:
    form = {"kind": "text", "number": "(312) 555-0142", "text": "hi", "at": "2026-11-24T12:00", **changes}
    assert why in await send(owner, "/settings/rules/try", 422, **form)


async def stored(pages: OfficePages) -> list[Any]:
    shop = pages.office.shop
    async with shop.database.work() as transaction:
        return await templates.in_use(transaction, organization_id=shop.id)


async def test_who_is_slower_with_the_questions_keeps_what_they_chose_and_reads_who_was_faster(
    pages: OfficePages, owner: aiohttp.ClientSession
) -> None:
    await send(owner, "/settings/rules", seen=0, answers="1", asks="problem")
    page = await send(owner, "/settings/rules", 409, seen=0, asks="name")
    assert "Pat Doyle saved it" in page
    assert re.findall(r'name="(answers|asks)" value="(\w+)" checked', page) == [("asks", "name")]
    page = await send(owner, "/settings/templates/letters", 409, seen=0)
    assert 'name="plain_letters" value="1" checked' not in page
