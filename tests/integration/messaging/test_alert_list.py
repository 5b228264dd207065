"""`/alerts`: what needed a person, who was told, and what became of it; never another shop's."""

from collections.abc import Callable
from typing import Any

from browsers import assert_looks
from office import JESS, NEEDS, PAT, Office, member
from office_desk import OfficeDesk, OfficePages
from playwright.async_api import Browser

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
