"""Approvals and the settings of the rules in a browser: by keys alone, in every look, with nothing that axe calls grave."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest
from browsers import Office, assert_looks, picture
from office_desk import OfficeDesk, OfficePages
from playwright.async_api import Browser, Page, expect

from chassis.testing import FixedClock
from contracts.organizations import FirstReply
from messaging.app.desk import Who
from messaging.app.ignoring import ignore_numbers
from messaging.app.phone import as_people_write
from messaging.app.review_drafts import ReviewDrafts

OTHER_WORDS = "Northside Heating & Air: is it the furnace? STOP opts out."


class Desks(OfficePages):
    """Browsers in which Sam, an owner, is signed in."""

    async def open(self, browser: Browser) -> None:
        shop, sam = self.office.shop, self.office.sam
        members = shop.organizations.get(shop.id).members
        shop.become(
            members=tuple(
                msgspec.structs.replace(each, role="owner") if each.member_id == sam.member_id else each
                for each in members
            )
        )
        await self.start()
        self.browsers = Office(shop=shop, browser=browser, base=self.address)

    async def at(self, path: str, who: Who | None = None) -> Page:
        page = await self.browsers.page()
        cookies = self.cookies(who or self.office.sam, role="owner")
        await page.context.add_cookies(
            [{"name": name, "value": value, "url": self.address} for name, value in cookies.items()]
        )
        await page.goto(path)
        return page


@pytest.fixture
async def desks(open_shop: Callable[..., Any], browser: Browser) -> AsyncIterator[Desks]:
    opened = Desks(OfficeDesk(open_shop(automation="approval", first_reply=FirstReply())))
    await opened.open(browser)
    yield opened
    await opened.browsers.close()
    await opened.stop()


async def test_the_queue_is_cleared_by_keys(desks: Desks, caller: str, clock: FixedClock) -> None:
    shop, inbox = desks.office.shop, await desks.at("/inbox")
    numbers = [caller, "+12135550177", "+15125550188"]
    for number in numbers:
        await shop.rung_by(number)
        clock.advance(minutes=2)
    page = await desks.at("/approvals")
    await expect(page.locator("#drafts .ask")).to_have_count(3)
    for shown in (inbox, page):
        for place in ("inbox", "approvals"):
            await expect(shown.locator(f'.rail [data-waiting="{place}"]')).to_have_text("3 waiting for the office")
    await assert_looks(page, "approvals")
    await page.keyboard.press("j")
    second = page.locator("#drafts .ask").nth(1)
    await expect(second).to_have_attribute("aria-current", "true")
    await page.keyboard.press("e")
    await expect(second.locator("textarea")).to_be_focused()
    await second.locator("textarea").fill(OTHER_WORDS)
    await expect(second.locator("[data-count]")).to_have_text(f"{len(OTHER_WORDS)} of 160 · 1 text")
    await page.keyboard.press("Escape")
    await page.keyboard.press("a")
    await expect(page.locator("#drafts .ask")).to_have_count(2)
    await expect(page.get_by_role("status").filter(has_text="Approved.")).to_be_visible()
    await page.keyboard.press("s")
    await expect(page.locator("#drafts .ask")).to_have_count(1)
    await expect(page.get_by_text("You skipped it")).to_be_visible()
    await shop.hears_nothing_new()
    await shop.sends()
    assert shop.carrier.bodies(numbers[1]) == [OTHER_WORDS]
    assert shop.carrier.bodies(numbers[0]) == []


async def test_the_queue_is_live_and_nothing_moves_under_a_pointer(desks: Desks) -> None:
    shop, sam, jess = desks.office.shop, await desks.at("/approvals"), await desks.at("/approvals", desks.office.jess)
    await expect(sam.get_by_text("Nothing waits for your OK")).to_be_visible()
    numbers = ["+13125550171", "+13125550172", "+13125550173"]
    for number in numbers:
        await shop.rung_by(number)
    drafts = {number: sam.locator(".ask", has_text=as_people_write(number)) for number in numbers}
    for shown in drafts.values():
        await expect(shown).to_be_visible()
    await expect(sam.locator("#waiting-line")).to_contain_text("3 waiting")
    await expect(sam).to_have_title(re.compile(r"^\(3\) Approvals"))
    first, second, third = drafts.values()
    await second.locator("textarea").fill("Half a sentence")
    await third.hover()
    before = await third.bounding_box()
    await jess.locator(".ask", has_text=as_people_write(numbers[0])).get_by_role("button", name="Approve").click()
    await expect(first).to_contain_text("Jess approved this.")
    assert await third.bounding_box() == before, "the pointer still rests on what it rested on"
    await expect(second.locator("textarea")).to_have_value("Half a sentence")
    await expect(sam.locator("#about")).to_contain_text("Jess")
    await picture(sam, "approvals-live")
    await sam.mouse.move(700, 20)
    await expect(first).to_have_count(0)
    await second.locator("textarea").focus()
    await jess.locator(".ask", has_text=as_people_write(numbers[1])).get_by_role("button", name="Skip").click()
    await expect(second).to_contain_text("Jess skipped this.")
    await expect(second.locator("textarea")).to_have_value("Half a sentence")
    await expect(second.get_by_role("button", name="Approve")).to_be_disabled()
    await shop.texted_by(numbers[2], "STOP")
    await expect(third).to_contain_text("No longer true")
    await sam.locator("h1").click()
    await expect(sam.get_by_text("Nothing waits for your OK")).to_be_visible(timeout=10_000)


async def test_a_queue_that_was_offline_catches_up_and_a_yes_without_connection_is_kept(desks: Desks) -> None:
    shop, page = desks.office.shop, await desks.at("/approvals")
    await shop.rung_by("+13125550174")
    draft = page.locator(".ask", has_text="(312) 555-0174")
    await draft.locator("textarea").fill("Northside Heating & Air: ready when you are. STOP opts out.")
    await page.context.set_offline(True)
    await expect(page.locator("#reconnecting")).to_contain_text("You see the drafts as of")
    await draft.get_by_role("button", name="Approve").click()
    await expect(draft.get_by_role("alert")).to_contain_text("no connection")
    await shop.rung_by("+13125550175")
    await page.context.set_offline(False)
    await expect(page.locator(".ask", has_text="(312) 555-0175")).to_be_visible()
    await expect(page.locator("#reconnecting")).to_have_count(0)
    await draft.get_by_role("button", name="Approve").click()
    await expect(page.locator("#told")).to_contain_text("(312) 555-0174: Approved.")
    await shop.hears_nothing_new()
    await shop.sends()
    assert shop.carrier.bodies("+13125550174") == ["Northside Heating & Air: ready when you are. STOP opts out."]


async def test_what_is_no_longer_true_and_what_waits_for_the_morning_are_said(
    desks: Desks, caller: str, clock: FixedClock
) -> None:
    shop = desks.office.shop
    await shop.rung_by(caller)
    await shop.texted_by(caller, "my furnace is out")
    clock.advance(hours=10)
    await shop.rung_by("+12135550177")
    review = ReviewDrafts(database=shop.database, organizations=shop.organizations, heard=shop.heard, clock=clock)
    await review()
    page = await desks.at("/approvals")
    await expect(page.get_by_role("heading", name="No longer true")).to_be_visible()
    await assert_looks(page, "approvals-at-night")


async def test_the_settings_of_the_rules_in_every_look(desks: Desks, caller: str) -> None:
    shop = desks.office.shop
    await shop.rung_by(caller)
    await shop.texted_by(caller, "STOP")
    numbers = [("+13125550144", "technician"), ("+13125550145", "parts supplier")]
    await ignore_numbers(desks.office.desk, desks.office.sam, numbers=numbers)
    for path, name in (("automation", "checks"), ("ignore", "ignore"), ("consent", "consent")):
        page = await desks.at(f"/settings/{path}")
        await assert_looks(page, f"settings-{name}")
