"""`/alerts`: what needed a person, who was told, and what became of it; never another shop's."""

from collections.abc import Callable
from typing import Any

from browsers import assert_looks
from desks import Desks
from homeowners import shown, unused_number
from office import JESS, NEEDS, PAT, Office, member
from office_desk import OfficeDesk, OfficePages
from playwright.async_api import Browser, expect

from messaging.app.desk import Who


async def listed(pages: OfficePages, who: Who | None = None) -> str:
    async with pages.client(who or pages.office.sam) as client, client.get("/alerts") as answer:
        assert answer.status == 200
        return await answer.text()


async def test_before_anything_happened_the_page_says_what_will_stand_there(pages: OfficePages) -> None:
    assert "Nothing needed a person yet" in await listed(pages)


async def test_an_alert_stands_with_its_thread_who_was_told_and_how_it_fared(pages: OfficePages, caller: str) -> None:
    office = Office(pages.office.shop, member("Pat", PAT), member("Jess", JESS, place=1))
    await office.shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    await office.looks(minutes=10)
    page = await listed(pages)
    lead = await office.shop.lead()
    assert f'href="/leads/{lead["lead_id"]}"' in page
    assert page.index("Pat,") < page.index("Jess,")
    assert page.count("text sent") == 2
    assert "Open</span>" in page
    office.clock.advance(minutes=1)
    await office.answers(caller)
    await office.looks(minutes=10)
    assert "answered, " in await listed(pages)


async def test_another_shop_sees_nothing_of_it(pages: OfficePages, open_shop: Callable[..., Any], caller: str) -> None:
    office = Office(pages.office.shop, member("Pat", PAT))
    await office.shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    foreign = OfficePages(OfficeDesk(open_shop()))
    await foreign.start()
    try:
        assert "Nothing needed a person yet" in await listed(foreign)
    finally:
        await foreign.stop()


async def test_what_was_answered_is_not_called_open_until_somebody_looks(pages: OfficePages, caller: str) -> None:
    office = Office(pages.office.shop, member("Pat", PAT))
    await office.shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    office.clock.advance(minutes=1)
    await office.answers(caller)  # the next look at it is minutes away
    page = await listed(pages)
    assert "Open</span>" not in page
    assert '<span class="muted">answered</span>' in page


async def test_an_open_page_follows_an_alert_from_its_beginning_to_its_end(desks: Desks, caller: str) -> None:
    office = Office(desks.office.shop, member("Pat", PAT), member("Jess", JESS, place=1))
    page = await desks.at(desks.office.sam, "/alerts")
    await expect(page.get_by_text("Nothing needed a person yet")).to_be_visible()
    await office.shop.texted_by(caller, NEEDS)
    await office.hears_of_itself()
    row = page.locator("#alerts tbody tr")
    await expect(row).to_contain_text("Open")
    await office.looks(minutes=1)
    await expect(row).to_contain_text("text sent")
    await page.get_by_role("link", name=shown(caller)).focus()
    other = unused_number()
    await office.shop.texted_by(other, NEEDS)
    await office.hears_of_itself()
    await expect(page.get_by_role("button", name="1 newer, show")).to_be_visible()
    await office.answers(caller)
    await office.shop.texted_by(unused_number(), "my furnace is out")  # any change of the shop is one to look again
    await expect(page.locator("#alerts tbody tr")).to_have_count(1)  # nothing moves under somebody
    await page.get_by_role("button", name="newer, show").click()
    await expect(page.get_by_role("row", name=shown(other))).to_contain_text("Open")
    await office.looks(minutes=10)
    await expect(page.get_by_role("row", name=shown(caller))).to_contain_text("answered")


async def test_the_page_is_usable_in_light_dark_and_on_a_phone(
    pages: OfficePages, caller: str, browser: Browser
) -> None:
    office = Office(pages.office.shop, member("Pat", PAT), member("Jess", JESS, place=1))
    await office.shop.texted_by(caller, NEEDS)
    await office.looks(minutes=1)
    await office.looks(minutes=10)
    context = await browser.new_context(base_url=pages.address)
    cookies = [
        {"name": name, "value": value, "url": pages.address} for name, value in pages.cookies(pages.office.sam).items()
    ]
    await context.add_cookies(cookies)  # type: ignore[arg-type]  # a cookie as Playwright takes it
    page = await context.new_page()
    await page.goto("/alerts")
    await assert_looks(page, "alerts")
    await context.close()
