"""Approvals and the settings of the rules as a browser without scripts meets them."""

import csv
import io
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import msgspec
import pytest
from homeowners import shown
from office_desk import OfficeDesk, OfficePages

from chassis.testing import FixedClock
from messaging.app.ignoring import MOST_NAMED, ignore_numbers
from messaging.app.read_number_list import read_number_list

SETTINGS = ("/settings/automation", "/settings/ignore", "/settings/consent", "/settings/consent.csv")


@pytest.fixture
async def pages(open_shop: Callable[..., Any]) -> AsyncIterator[OfficePages]:
    served = OfficePages(OfficeDesk(open_shop(automation="approval")))
    await served.start()
    yield served
    await served.stop()


def promoted(pages: OfficePages, role: str) -> aiohttp.ClientSession:
    """Sam in another role, as the shop's snapshot says too."""
    shop, sam = pages.office.shop, pages.office.sam
    members = tuple(
        msgspec.structs.replace(each, role=role) if each.member_id == sam.member_id else each
        for each in shop.organizations.get(shop.id).members
    )
    shop.become(members=members)
    return pages.client(sam, role=role)


async def read(client: aiohttp.ClientSession, path: str, status: int = 200) -> str:
    async with client.get(path) as answer:
        assert answer.status == status, await answer.text()
        return await answer.text()


async def sent(client: aiohttp.ClientSession, path: str, status: int = 303, **fields: Any) -> str:
    """A form with the token of the page; the page that follows, or the refusal."""
    shown = await read(client, "/approvals")
    csrf = re.search(r'data-csrf="([^"]+)"', shown)
    assert csrf is not None
    data = aiohttp.FormData({"csrf": csrf[1], **fields}, default_to_multipart="file" in fields)
    async with client.post(path, data=data, allow_redirects=False) as answer:
        assert answer.status == status, await answer.text()
        return await read(client, answer.headers["location"]) if status == 303 else await answer.text()


async def test_an_agent_sees_the_rules_and_changes_nothing(pages: OfficePages) -> None:
    async with pages.client(pages.office.sam) as agent:
        page = await read(agent, "/settings/automation")
        assert "One first reply in 24 h" in page
        assert page.count('<span class="strong">') >= 12
        assert "10 AM–5 PM" in page
        shown = await read(agent, "/settings/ignore")
        assert 'action="/settings/ignore"' not in shown
        for path in ("/settings/ignore", "/settings/ignore/import", "/settings/ignore/remove"):
            await sent(agent, path, 403, number="+13125550188")
        for path in ("/settings/consent", "/settings/consent.csv"):
            await read(agent, path, 403)


async def test_a_stranger_sees_none_of_it(pages: OfficePages) -> None:
    async with aiohttp.ClientSession(pages.address, headers={"accept": "text/html"}) as stranger:
        for path in ("/approvals", *SETTINGS):
            async with stranger.get(path, allow_redirects=False) as answer:
                assert (answer.status, answer.headers["location"].split("?")[0]) == (303, "/sign-in")


async def test_a_draft_of_another_shop_is_not_found(
    pages: OfficePages, open_shop: Callable[..., Any], caller: str
) -> None:
    other = open_shop(automation="approval")
    await other.rung_by(caller)
    text_id = (await other.row(caller))["text_id"]
    async with pages.client(pages.office.sam) as client:
        for act in ("approve", "skip"):
            await sent(client, f"/approvals/{text_id}/{act}", 404, body="hi")


async def test_the_queue_is_cleared_without_a_script(pages: OfficePages, caller: str) -> None:
    shop = pages.office.shop
    await shop.rung_by(caller)
    text_id = (await shop.row(caller))["text_id"]
    async with pages.client(pages.office.sam) as client:
        page = await read(client, "/approvals")
        assert f"First reply to {shown(caller)}" in page
        assert "All checks pass: would leave now" in page
        refused = await sent(client, f"/approvals/{text_id}/approve", 409, body="  ")
        assert "between 1 and 1600 characters" in refused
        page = await sent(client, f"/approvals/{text_id}/approve", body="Northside: call you in five minutes.")
        assert "Approved." in page
        assert "Nothing waits for your OK" in page
        assert "You, edited" in page
        refused = await sent(client, f"/approvals/{text_id}/skip", 409)
        assert "Sam Okafor was faster" in refused
    await shop.sends()
    assert len(shop.carrier.bodies(caller)) == 1


async def test_drafts_left_over_from_before_going_live_say_so(pages: OfficePages, caller: str) -> None:
    shop = pages.office.shop
    async with pages.client(pages.office.sam) as client:
        shop.become(automation="live")
        assert "from before you went live" not in await read(client, "/approvals")
        shop.become(automation="approval")
        await shop.rung_by(caller)
        assert "from before you went live" not in await read(client, "/approvals")
        shop.become(automation="live")
        page = await read(client, "/approvals")
    assert "This draft is from before you went live." in page
    assert "it still needs your yes, and leaves this list by itself" in page
    assert "nothing new comes here" in page


async def test_what_became_of_a_week_is_counted_by_rule(
    pages: OfficePages, open_shop: Callable[..., Any], caller: str, clock: FixedClock
) -> None:
    shop = pages.office.shop
    shop.become(automation="preview")
    await shop.rung_by(caller)
    shop.become(automation="live")
    await shop.rung_by(caller)
    await shop.rung_by(caller)  # once in 24 h
    async with pages.client(pages.office.sam) as client:
        page = await read(client, "/settings/automation")
    assert "<dt>Would have sent</dt><dd>1</dd>" in page
    assert "<dt>Let through</dt><dd>1</dd>" in page
    seventh = page[page.index("Not texted too often") :]
    assert re.search(r'class="evid"[^>]*>(\w+)<', seventh)[1] == "1"  # type: ignore[index]
    clock.advance(days=8)
    async with pages.client(pages.office.sam) as client:
        assert "<dt>Let through</dt><dd>0</dd>" in await read(client, "/settings/automation")


async def test_what_was_called_off_neither_waits_nor_counts_as_sent(pages: OfficePages, caller: str) -> None:
    shop = pages.office.shop
    shop.become(automation="approval")
    await shop.rung_by(caller)
    async with pages.client(pages.office.sam) as client:
        assert "<dt>Waits for an OK</dt><dd>1 ·" in await read(client, "/settings/automation")
        await shop.texted_by(caller, "STOP")
        page = await read(client, "/settings/automation")
    assert "<dt>Waits for an OK</dt><dd>0</dd>" in page
    assert "<dt>Called off</dt><dd>1</dd>" in page


async def test_numbers_come_onto_the_list_one_by_one_and_by_file(pages: OfficePages, caller: str) -> None:
    shop = pages.office.shop
    await shop.rung_by(caller)  # a draft waits
    async with promoted(pages, "owner") as owner:
        refused = await sent(owner, "/settings/ignore", 422, number="call me", reason="")
        assert "This is not a phone number" in refused
        refused = await sent(owner, "/settings/ignore", 422, number="+1 312 555 0123")
        assert "one of your own lines" in refused
        page = await sent(owner, "/settings/ignore", number=caller, reason="parts supplier")
        assert "One number is on the list now." in page
        assert "parts supplier" in page
        assert "It was on the list already." in await sent(owner, "/settings/ignore", number=caller)
        file = "number,reason\n(312) 555-0188,technician\nnobody,x\n312.555.0188,again\n"
        page = await sent(owner, "/settings/ignore/import", 200, file=io.BytesIO(file.encode()))
        assert "One number is on the list now." in page
        assert "line 3: &#39;nobody&#39; is not a phone number" in page
        page = await sent(owner, "/settings/ignore/remove", number="+13125550188")
        assert "off the list" in page
        assert "(312) 555-0188" not in page
    assert (await shop.row(caller))["reason"] == "Not sent — on your ignore list"
    audited = await shop.told("change.audited.v1")
    actions = [event.action for event in audited]
    assert actions == ["put on the ignore list", "put on the ignore list", "taken off the ignore list"]
    none, own, imported = (
        [str(shop.homeowner(each)) for each in numbers] for numbers in ((), (caller,), ("+13125550188",))
    )
    assert [_homeowners(event) for event in audited] == [(none, own), (none, imported), (imported, none)]
    assert all("5550188" not in repr(event) for event in audited), "the trail outlives an erasure"


async def test_the_audit_of_a_long_list_names_as_many_as_an_entry_may_hold(pages: OfficePages) -> None:
    desk, sam = pages.office.desk, pages.office.sam
    numbers = [(f"+1312777{number:04}", "") for number in range(MOST_NAMED + 50)]
    assert await ignore_numbers(desk, sam, numbers=numbers) == MOST_NAMED + 50
    (event,) = await pages.office.shop.told("change.audited.v1")
    assert {each.field: each.after for each in event.changes}["numbers"] == str(MOST_NAMED + 50)
    (_, named) = _homeowners(event)
    assert named == [str(pages.office.shop.homeowner(number)) for number, _ in numbers[:MOST_NAMED]]


def _homeowners(event: Any) -> tuple[list[str], list[str]]:
    """Whom an audit entry names, before and after."""
    (change,) = [each for each in event.changes if each.field == "homeowners"]
    return msgspec.json.decode(change.before), msgspec.json.decode(change.after)


async def test_consent_is_downloaded_with_its_withdrawal(pages: OfficePages, caller: str) -> None:
    shop = pages.office.shop
    call = await shop.rung_by(caller)
    shop.clock.advance(minutes=1)
    await shop.texted_by(caller, "STOP")
    async with promoted(pages, "admin") as admin:
        page = await read(admin, "/settings/consent")
        assert "<dt>Records</dt><dd>1</dd>" in page
        assert "<dt>Asked for no more texts</dt><dd>1</dd>" in page
        (row,) = csv.DictReader(io.StringIO(await read(admin, "/settings/consent.csv")))
    assert (row["number"], row["source"], row["evidence_id"]) == (caller, "call", str(call.event_id))
    assert row["withdrawn_at"] == "2026-11-24T18:01:00+00:00"
    assert row["organization"] == shop.organizations.get(shop.id).slug


@pytest.mark.parametrize(
    ("text", "numbers", "unread"),
    [
        ("312-555-0142", (("+13125550142", ""),), 0),
        ("\ufeffPhone;Why\n(312) 555-0142;parts; counter\n", (("+13125550142", "parts counter"),), 0),
        ("312 555 0142\tSam\n\n\n+44 20 7183 8750\tLondon", (("+13125550142", "Sam"), ("+442071838750", "London")), 0),
        ('"312-555-0142","Ace, parts"\nhello\n', (("+13125550142", "Ace, parts"),), 1),
        ("", (), 0),
    ],
)
def test_lists_of_many_makings_are_read(text: str, numbers: tuple[tuple[str, str], ...], unread: int) -> None:
    read_list = read_number_list(text)
    assert read_list.numbers == numbers
    assert len(read_list.unread) == unread
