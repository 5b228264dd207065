"""`/settings/alerts` over a real socket, as plain forms and in a browser."""

import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec
import pytest
from browsers import assert_looks
from capture_service import shop_text
from playwright.async_api import Browser

from capture.app.directory import Directory
from capture.store import organizations
from capture.web.alert_pages import TEMPLATES, alert_desk
from chassis.auth import Gate
from chassis.database import Database
from chassis.http import HttpServer, create_http
from chassis.keys import unseal
from chassis.settings import Settings
from chassis.testing import FixedClock, a_person, signed_in
from contracts import envelope
from contracts.inbound import AlertNumberNamed
from contracts.organizations import AlertChoices, OrganizationChanged

PEOPLE = """members:
  - {email: pat@example.com, name: Pat Owner, role: owner}
  - {email: jess@example.com, name: Jess Tran, role: agent}
"""
PUBLIC = "http://127.0.0.1"


class Pages:
    def __init__(self, database: Database, settings: Settings, clock: FixedClock, shop: OrganizationChanged) -> None:
        self.settings = msgspec.structs.replace(settings, public_url=PUBLIC)
        self.database, self.clock, self.shop = database, clock, shop
        self.pat, self.jess = shop.members
        self.directory = Directory(database=database, keys=settings.keys)
        gate = Gate(settings=self.settings, find=self.directory.organization, clock=clock)
        desk = alert_desk(database=database, settings=self.settings, clock=clock)
        app = create_http(settings=self.settings, checks={}, gate=gate, templates=TEMPLATES, route_handlers=[desk])
        self.server = HttpServer(app, host="127.0.0.1", port=0)

    def cookies(self, member: Any) -> dict[str, str]:
        person = a_person(
            organization_id=self.shop.organization_id, role=member.role, name=member.name, member_id=member.member_id, now=self.clock.now()
        )  # fmt: skip
        return signed_in(self.settings.keys, person, public_url=PUBLIC)

    def browser_of(self, member: Any) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(self.server.url, cookies=self.cookies(member), headers={"accept": "text/html"})

    async def choices(self, member: Any) -> AlertChoices:
        async with self.database.work() as transaction:
            shop = await organizations.by_id(transaction, organization_id=self.shop.organization_id)
        return (
            next(each.alerts for each in shop.members if each.member_id == member.member_id) if shop else AlertChoices()
        )

    async def code(self) -> str:
        rows = await self.database.work_pool.fetch("SELECT type, payload FROM outbox ORDER BY seq DESC")
        events = (envelope.decode({"ce_type": row["type"]}, row["payload"]) for row in rows)
        named = next(each for each in events if isinstance(each, AlertNumberNamed))
        return unseal(self.settings.keys.messaging_seal_private or b"", named.sealed).partition(" ")[2]


@pytest.fixture
async def pages(shops: Any, database: Database, settings: Settings, clock: FixedClock) -> AsyncIterator[Pages]:
    made = Pages(database, settings, clock, await shops.apply(shop_text(extra=PEOPLE)))
    await made.directory.refresh()
    await made.server.start()
    yield made
    await made.server.stop()


async def post(browser: aiohttp.ClientSession, path: str, **fields: Any) -> tuple[int, str]:
    """The page that follows; several values of a field as a list."""
    pairs = [(name, each) for name, value in fields.items() for each in (value if isinstance(value, list) else [value])]
    form = aiohttp.FormData([("csrf", "csrf-of-a-test"), *pairs])
    async with browser.post(f"/settings/alerts{path}", data=form) as answer:
        return answer.status, await answer.text()


async def test_a_member_names_a_phone_proves_it_and_chooses_all_by_plain_forms(pages: Pages) -> None:
    async with pages.browser_of(pages.jess) as browser:
        status, page = await post(browser, "/phone", phone="(312) 555-0188")
        assert (status, "on its way to <b>(312) 555-0188</b>" in page) == (200, True)
        status, page = await post(browser, "/phone/prove", code="000000x1")
        assert (status, "That is not the code" in page) == (422, True)
        status, page = await post(browser, "/phone/prove", code=await pages.code())
        assert (status, "Your phone is proved" in page) == (200, True)
        status, page = await post(browser, "", by=["text", "email"], about=["urgent", "draft"], off_hours="nothing")
        assert status == 200
        checked = set(re.findall(r'value="(\w+)" checked', page))
        assert checked == {"text", "email", "urgent", "draft", "nothing"}
        await post(browser, "/phone/forget")
    assert await pages.choices(pages.jess) == AlertChoices(
        by=("email",), about=("urgent", "draft"), off_hours="nothing"
    )
    assert await pages.choices(pages.pat) == AlertChoices()


async def test_what_cannot_be_is_said_beside_the_field_and_what_was_typed_stays(pages: Pages) -> None:
    async with pages.browser_of(pages.pat) as browser:
        status, page = await post(browser, "/phone", phone="my phone")
        assert (status, 'value="my phone"' in page, "Not a phone number" in page) == (422, True, True)
        status, page = await post(browser, "", by="email", off_hours="all")
        assert (status, "Choose at least one thing" in page) == (422, True)
        assert set(re.findall(r'value="(\w+)" checked', page)) == {"email", "all"}
        status, page = await post(browser, "/order", minutes="soon")
        assert (status, 'value="soon"' in page) == (422, True)


async def version(browser: aiohttp.ClientSession) -> str:
    """The one that the form of the order holds."""
    async with browser.get("/settings/alerts") as answer:
        (found,) = re.findall(r'name="version" value="(\d+)"', await answer.text())
    return str(found)


async def test_the_order_is_for_those_who_run_the_shop(pages: Pages) -> None:
    order = {f"place-{pages.jess.member_id}": "1", f"place-{pages.pat.member_id}": "2", "minutes": "5"}
    async with pages.browser_of(pages.jess) as browser:
        async with browser.get("/settings/alerts") as answer:
            assert "Whom the shop tells first" not in await answer.text()
        assert (await post(browser, "/order", **order))[0] == 403
    async with pages.browser_of(pages.pat) as browser:
        seen = await version(browser)
        status, page = await post(browser, "/order", version=seen, **order, **{"place-nobody": "7", "place-": "x"})
    assert status == 200
    assert page.index("Jess Tran</label>") < page.index("Pat Owner</label>")
    assert (await pages.choices(pages.jess)).place == 1


async def test_two_who_set_the_order_at_once_are_told_of_each_other_and_lose_nothing(pages: Pages) -> None:
    order = {f"place-{pages.pat.member_id}": "1", f"place-{pages.jess.member_id}": "2"}
    async with pages.browser_of(pages.pat) as browser:
        seen = await version(browser)
        status, page = await post(browser, "/order", version=seen, minutes="5", **order)
        assert (status, "Changed by Pat Owner" in page) == (200, True)
        status, page = await post(browser, "/order", version=seen, minutes="7", **order)
        assert (status, "changed meanwhile by Pat Owner" in page, 'value="7"' in page) == (409, True, True)
        again = re.findall(r'name="version" value="(\d+)"', page)[0]
        assert (await post(browser, "/order", version=again, minutes="7", **order))[0] == 200
        assert (await post(browser, "/order", version=seen, minutes="7", **order))[0] == 200, "twice is no conflict"
        status, _ = await post(browser, "", by="email", about=["urgent"], off_hours="all")
        status, page = await post(browser, "/order", version="0", minutes="8", **order)
        assert status == 409, "a choice of one's own changes nothing of the order"


async def test_nobody_comes_in_without_a_session_or_posts_without_the_form(pages: Pages) -> None:
    stranger = aiohttp.ClientSession(pages.server.url, headers={"accept": "text/html"})
    async with stranger, stranger.get("/settings/alerts", allow_redirects=False) as answer:
        assert answer.status in (302, 303)
        assert answer.headers["location"].startswith("/sign-in")
    async with pages.browser_of(pages.pat) as browser, browser.post("/settings/alerts", data={"by": "email"}) as answer:
        assert answer.status == 403
    assert await pages.choices(pages.pat) == AlertChoices()


async def test_the_page_is_usable_in_light_dark_and_on_a_phone(pages: Pages, browser: Browser) -> None:
    async with pages.browser_of(pages.pat) as forms:
        await post(forms, "/phone", phone="(312) 555-0188")
        await post(forms, "/phone/prove", code=await pages.code())
        await post(forms, "/phone", phone="(312) 555-0189")
    context = await browser.new_context(base_url=pages.server.url)
    cookies = [
        {"name": name, "value": value, "url": pages.server.url} for name, value in pages.cookies(pages.pat).items()
    ]
    await context.add_cookies(cookies)  # type: ignore[arg-type]  # a cookie as Playwright takes it
    page = await context.new_page()
    await page.goto("/settings/alerts")
    await assert_looks(page, "settings-alerts")
    await context.close()
