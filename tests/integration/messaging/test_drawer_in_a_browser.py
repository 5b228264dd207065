"""Where there is no room for a third column the details of a lead are a drawer, and stay open while things change."""

from typing import Any

import pytest
from browsers import NARROW, assert_usable, picture
from desks import Desks
from playwright.async_api import expect

from messaging.app.change_homeowner import rename_homeowner
from messaging.domain.inbox import REASONS

TABLET = {"width": 900, "height": 1000}


async def opened(desks: Desks, caller: str) -> str:
    await desks.office.shop.answers_nothing()
    await desks.office.shop.texted_by(caller, "No heat. Can I talk to a person?")
    await desks.office.folded()
    return f"/leads/{await desks.office.only_lead()}"


@pytest.mark.parametrize("size", [NARROW, TABLET], ids=["phone", "tablet"])
async def test_a_drawer_stays_open_while_the_thread_moves_on(desks: Desks, caller: str, size: Any) -> None:
    page = await desks.at(desks.office.sam, await opened(desks, caller), viewport=size)
    details = page.locator("#details")
    await expect(details).to_be_hidden()
    await page.get_by_role("link", name="Lead details").click()
    await expect(details.get_by_role("button", name="I called them")).to_be_visible()
    await assert_usable(page)
    await picture(page, f"drawer-{size['width']}")
    office = desks.office
    await rename_homeowner(office.desk, office.jess, lead_id=await office.only_lead(), name="Dana Whitlock")
    await expect(details).to_contain_text("Dana Whitlock")
    await expect(details).to_be_visible()
    await details.get_by_role("button", name="I called them").click()
    await expect(page.locator(".event", has_text="called")).to_have_count(1)
    await expect(details).to_be_visible()
    await details.get_by_role("link", name="Close details").click()
    await expect(details).to_be_hidden()


async def test_escape_closes_the_drawer_before_the_thread(desks: Desks, caller: str) -> None:
    lead = await opened(desks, caller)
    page = await desks.at(desks.office.sam, lead, viewport=TABLET)
    await page.keyboard.press("a")
    await expect(page.locator("#assignee")).to_be_focused()
    await page.keyboard.press("Escape")  # the choice of a person
    await page.keyboard.press("Escape")  # the drawer
    await expect(page.locator("#details")).to_be_hidden()
    assert lead in page.url
    await page.keyboard.press("Escape")
    await page.wait_for_url("**/inbox")


async def test_on_a_phone_a_lead_is_closed_from_the_drawer(desks: Desks, caller: str) -> None:
    page = await desks.at(desks.office.sam, await opened(desks, caller), viewport=NARROW)
    await page.get_by_role("link", name="Lead details").click()
    details = page.locator("#details")
    await expect(details.get_by_role("radio")).to_have_count(len(REASONS))
    await details.get_by_role("radio", name="Out of area").check()
    await details.get_by_role("button", name="Close lead").click()
    await expect(details.get_by_role("heading", name="Status: closed")).to_be_visible()


@pytest.mark.parametrize("width", [390, 800, 1200, 1280, 1440])
async def test_whose_turn_it_is_is_never_cut(desks: Desks, caller: str, width: int) -> None:
    lead = await opened(desks, caller)
    page = await desks.at(desks.office.sam, lead, viewport={"width": width, "height": 900})
    for act, words in (("Take over", "Your turn"), ("Hand back", "Waiting on the homeowner")):
        lit = page.locator(".baton [aria-current] span")
        await expect(lit).to_contain_text(words)
        assert await lit.evaluate("(words) => words.scrollWidth <= words.clientWidth"), f"{words} is cut at {width}"
        await page.locator("#draft").fill(f"{act}?")
        await page.get_by_role("button", name="Send").click()
