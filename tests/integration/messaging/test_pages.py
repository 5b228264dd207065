"""The inbox as a browser without scripts meets it: refusals first, then reading, writing, searching."""

import gzip
import html
import re
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from office_desk import OfficeDesk, OfficePages

from chassis import ids
from chassis.testing import FixedClock
from contracts.organizations import FirstReply, Span

FIRST_PAGE = 150 * 1024


async def read(client: aiohttp.ClientSession, path: str, status: int = 200) -> str:
    async with client.get(path) as answer:
        assert answer.status == status, await answer.text()
        return await answer.text()


def fields(page: str, action: str) -> dict[str, str]:
    """Hidden fields of a form."""
    form = page[page.index(f'action="{action}"') :]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")])
    return dict(found)


async def test_without_a_session_nothing_is_shown(pages: OfficePages, caller: str) -> None:
    await pages.office.shop.rung_by(caller)
    lead_id = await pages.office.only_lead()
    async with aiohttp.ClientSession(pages.address, headers={"accept": "text/html"}) as stranger:
        for path in ("/inbox", f"/leads/{lead_id}", f"/leads/{lead_id}/part", "/inbox/rows?ids="):
            async with stranger.get(path, allow_redirects=False) as answer:
                assert (answer.status, answer.headers["location"].split("?")[0]) == (303, "/sign-in")


async def test_another_shops_thread_is_not_found(
    pages: OfficePages, open_shop: Callable[..., Any], caller: str
) -> None:
    await pages.office.shop.rung_by(caller)
    (text,) = await pages.office.shop.rows(caller)
    foreign = OfficePages(OfficeDesk(open_shop()))
    await foreign.start()
    lead = f"/leads/{await pages.office.only_lead()}"
    async with foreign.client(foreign.office.sam) as client:
        for path in (lead, f"{lead}/part", f"{lead}/why/{text['text_id']}", f"/leads/{ids.new_id()}"):
            await read(client, path, 404)
        for act in (
            "write",
            "draft",
            "take-over",
            "hand-back",
            "called",
            "assign",
            "name",
            "pause",
            "opt-out",
            "ignore",
        ):
            form = {"csrf": "csrf-of-a-test", "client_id": "1", "body": "hello", "name": "X", "member": ""}
            async with client.post(f"{lead}/{act}", data=form, allow_redirects=False) as answer:
                assert answer.status == 404, act
        assert "No open leads" in await read(client, "/inbox")
    await foreign.stop()


async def test_a_form_of_another_site_does_nothing(pages: OfficePages, caller: str) -> None:
    await pages.office.shop.texted_by(caller, "my furnace is out")
    lead_id = await pages.office.only_lead()
    async with pages.client(pages.office.sam) as client, client.post(f"/leads/{lead_id}/take-over") as answer:
        assert answer.status == 403
    assert not (await pages.office.shop.lead())["office_owns"]


async def test_one_reads_a_thread_and_answers_without_scripts(pages: OfficePages, caller: str) -> None:
    await pages.office.shop.answers_nothing()
    await pages.office.shop.rung_by(caller)
    pages.office.shop.clock.advance(minutes=3)
    await pages.office.shop.texted_by(caller, "No heat <and> two little kids")
    await pages.office.folded()
    lead = f"/leads/{await pages.office.only_lead()}"
    async with pages.client(pages.office.sam) as client:
        assert f'href="{lead}"' in await read(client, "/inbox")
        page = await read(client, lead)
        assert "No heat &lt;and&gt; two little kids" in page
        assert "Missed call" in page
        form = {**fields(page, f"{lead}/write"), "kind": "text", "body": "Ray is on his way."}
        for _ in range(2):
            async with client.post(f"{lead}/write", data=form, allow_redirects=False) as answer:
                assert (answer.status, answer.headers["location"]) == (303, lead)
        await pages.office.shop.sends()
        assert pages.office.shop.carrier.bodies(caller).count("Ray is on his way.") == 1
        assert "Ray is on his way." in await read(client, lead)
        note = {**fields(await read(client, lead), f"{lead}/write"), "kind": "note", "body": "gate code 1234"}
        async with client.post(f"{lead}/write", data=note) as answer:
            assert "gate code 1234" in await answer.text()


async def test_a_refused_text_stays_in_the_box(pages: OfficePages, caller: str) -> None:
    await pages.office.shop.texted_by(caller, "my furnace is out")
    lead = f"/leads/{await pages.office.only_lead()}"
    async with pages.client(pages.office.sam) as client:
        form = {**fields(await read(client, lead), f"{lead}/write"), "kind": "text", "body": "I kept this"}
        await pages.office.shop.texted_by(caller, "stop")
        async with client.post(f"{lead}/write", data=form) as answer:
            told = await answer.text()
            assert (answer.status, "asked for no more texts" in told) == (409, True)
        assert "data-composer" not in told or "Keep note" in told, "the composer closes with its reason"


async def test_whoever_is_slower_reads_what_the_other_wrote(pages: OfficePages, caller: str) -> None:
    await pages.office.shop.texted_by(caller, "my furnace is out")
    lead = f"/leads/{await pages.office.only_lead()}"
    async with pages.client(pages.office.sam) as sam, pages.client(pages.office.jess) as jess:
        slow, fast = [fields(await read(each, lead), f"{lead}/write") for each in (sam, jess)]
        pages.office.shop.clock.advance(seconds=10)
        async with jess.post(f"{lead}/write", data={**fast, "kind": "text", "body": "Jess answers"}):
            pass
        async with sam.post(f"{lead}/write", data={**slow, "kind": "text", "body": "Sam answers"}) as answer:
            page = await answer.text()
        assert answer.status == 409
        assert "Jess answered 0 s ago" in page
        assert ">Sam answers</textarea>" in page
        again = {**fields(page, f"{lead}/write"), "kind": "text", "body": "Sam answers"}
        async with sam.post(f"{lead}/write", data=again, allow_redirects=False) as answer:
            assert answer.status == 303


async def test_a_decision_unfolds_to_all_its_checks(pages: OfficePages, caller: str) -> None:
    await pages.office.shop.rung_by(caller)
    (text,) = await pages.office.shop.rows(caller)
    lead = f"/leads/{await pages.office.only_lead()}"
    async with pages.client(pages.office.sam) as client:
        for path in (f"{lead}?why={text['text_id']}", f"{lead}/why/{text['text_id']}"):
            page = await read(client, path)
            assert page.count('class="mark ') >= 12
            assert "all checks passed" in page
        await read(client, f"{lead}/why/{ids.new_id()}", 404)
        await read(client, f"{lead}?why=nonsense", 404)
        await read(client, f"{lead}?before=nonsense", 404)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"first_reply": FirstReply()}, "Held until 8:00 AM — quiet hours in Illinois, by the number"),
        ({"hours": {"wed": (Span(start=540, end=1020),)}, "first_reply": FirstReply(after_hours="hold", at_night="send")},
         "Held until 9:00 AM — the shop is closed"),
        ({"automation": "preview"}, "Preview: would have sent at 10:00 PM"),
        ({"automation": "approval"}, "Waits for your OK"),
    ],
)  # fmt: skip
async def test_a_text_that_has_not_left_says_in_its_thread_why_and_when_it_may(
    pages: OfficePages, caller: str, clock: FixedClock, changes: dict[str, Any], says: str
) -> None:
    shop = pages.office.shop
    clock.advance(hours=10)  # 10 PM
    shop.become(**changes)
    await shop.rung_by(caller)
    async with pages.client(pages.office.sam) as client:
        page = html.unescape(await read(client, f"/leads/{await pages.office.only_lead()}"))
    assert says in page
    assert shop.carrier.asked == []


async def test_the_first_page_is_light(pages: OfficePages) -> None:
    for number in range(60):
        await pages.office.shop.hears(
            pages.office.shop.text(f"+1312777{number:04}", "No heat since last night, what now?")
        )
    await pages.office.folded()
    async with pages.client(pages.office.sam) as client:
        page = await read(client, "/inbox")
        weight = len(page.encode())
        for asset in set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page)) | {"/static/fonts/hanken-grotesk.woff2"}:
            async with client.get(asset) as answer:
                assert answer.status == 200, asset
                content = await answer.read()
                weight += len(content) if asset.endswith(".woff2") else len(gzip.compress(content))
    assert weight <= FIRST_PAGE, f"{weight // 1024} KB as the front door sends it"


async def test_a_lead_is_opened_by_hand(pages: OfficePages) -> None:
    async with pages.client(pages.office.sam) as client:
        form = {"csrf": "csrf-of-a-test", "number": "555", "name": "Walt Simmons"}
        async with client.post("/inbox/new", data=form) as answer:
            assert (answer.status, 'value="Walt Simmons"' in await answer.text()) == (422, True)
        async with client.post("/inbox/new", data={**form, "number": "(312) 555-0199"}) as answer:
            assert answer.url.path == f"/leads/{await pages.office.only_lead()}"
            assert "Walt Simmons" in await answer.text()
