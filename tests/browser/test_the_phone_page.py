"""The stranger's story on the phone page: ring, let it ring out, be texted, answer, write STOP, ring again."""

import re

from browsers import assert_looks
from carrier_client import until
from playwright.async_api import Page, expect

HOMEOWNER = "+13125550142"


async def rung_out(page: Page) -> None:
    await page.get_by_role("button", name="Ring the shop").click()


async def write(page: Page, words: str) -> None:
    await page.get_by_label("Write as the homeowner").fill(words)
    await page.get_by_role("button", name="Send as the homeowner").click()


async def test_a_stranger_rings_is_texted_stops_and_hears_no_more(office):
    page = await office.page()
    await page.goto("/phone")
    await page.get_by_label("Calls the line").select_option(office.shop.line)
    phone = page.get_by_role("log", name="Texts on this phone")
    await rung_out(page)
    await expect(phone).to_contain_text("sorry we missed your call")
    await expect(page.get_by_text("from the end of the call to the text")).to_be_visible()
    await expect(page.locator("#took")).to_have_text(re.compile(r"^(\d{1,3} ms|\d\.\d s)$"))
    await write(page, "STOP")
    await expect(phone).to_contain_text("unsubscribed")
    before = await phone.get_by_role("paragraph").count()
    await rung_out(page)
    await expect(phone.get_by_text("no answer")).to_have_count(2)
    await expect(page.get_by_text("call completed")).to_have_count(2)
    until(lambda: office.shop.texts(HOMEOWNER, rule=2), what="a decision by rule 2")
    assert await phone.get_by_role("paragraph").count() == before


async def test_the_phone_page_is_usable_in_every_look_and_by_keyboard(office):
    page = await office.page()
    await page.goto("/phone")
    await page.get_by_label("Calls the line").select_option(office.shop.line)
    await page.get_by_label("Calls from").select_option("+15125550177")
    await page.get_by_role("button", name="Ring the shop").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("log", name="Texts on this phone")).to_contain_text("sorry we missed your call")
    await assert_looks(page, "phone")
