"""A shop with 10,000 leads and a thread of 2,000 lines, in a real browser: as quick to open as a small one, and nothing jumps."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from browsers import picture
from desks import Desks
from many_leads import fill, settle
from office_desk import OfficeDesk
from playwright.async_api import Browser, Page, expect

from chassis.database import Database
from chassis.settings import DatabaseSettings

FEW, MANY, SHORT, LONG = 100, 10_000, 60, 2_000
RATIO, SLACK_MILLISECONDS, LOOKS = 1.5, 60, 4
READY: Final = "() => { const [it] = performance.getEntriesByType('navigation'); return it.domContentLoadedEventEnd - it.startTime; }"
SPAN: Final = (
    "INSERT INTO thread_items (item_id, organization_id, homeowner_id, lead_id, kind, at, body)"
    " SELECT gen_random_uuid(), $1, $2, $3, 'text_in', $4::timestamptz - n * interval '1 minute', 'Still no heat, hour ' || n FROM generate_series(1, $5::int) n"
)


async def opened(page: Page, path: str) -> float:
    await page.goto(path)
    took: float = await page.evaluate(READY)
    return took


async def lengthen(database: Database, desks: Desks, *, items: int) -> str:
    """The path of a thread with so many texts more."""
    shop = desks.office.shop
    await shop.texted_by("+13125558001", "hello")
    (lead,) = [row for row in await shop.leads() if row["number"] == "+13125558001"]
    async with database.work() as transaction:
        await transaction.execute(SPAN, shop.id, lead["homeowner_id"], lead["lead_id"], shop.clock.now(), items)
        await transaction.execute("DELETE FROM thread_changes")
    return f"/leads/{lead['lead_id']}"


async def test_a_large_shop_and_a_long_thread_open_like_small_ones(
    database: Database,
    address: DatabaseSettings,
    postgres_superuser: str,
    open_shop: Callable[..., Any],
    browser: Browser,
) -> None:
    pages, threads = [], []
    shops = [Desks(OfficeDesk(open_shop())) for _ in range(2)]
    for desks, leads, items in zip(shops, (FEW, MANY), (SHORT, LONG), strict=True):
        await fill(database, organization_id=desks.office.shop.id, leads=leads, newest=desks.office.shop.clock.now())
        threads.append(await lengthen(database, desks, items=items))
        await desks.open(browser)
        pages.append(await desks.at(desks.office.sam))
    await settle(postgres_superuser, urlsplit(address.owner).path.removeprefix("/"))
    for paths in (("/inbox", "/inbox"), (threads[0], threads[1])):
        best = [float("inf")] * 2
        for _ in range(LOOKS):
            for which, page in enumerate(pages):
                best[which] = min(best[which], await opened(page, paths[which]))
        assert best[1] <= RATIO * best[0] + SLACK_MILLISECONDS, f"{paths[1]}: {best} ms"
    page = pages[1]
    shown = await page.locator(".msg.in").count()
    assert shown <= 60, "a page of it"
    first = page.locator(".msg.in").first
    await first.scroll_into_view_if_needed()
    before = await first.bounding_box()
    words = await first.inner_text()
    await page.locator("#earlier").click()
    await expect(page.locator(".msg.in")).not_to_have_count(shown)
    read = page.locator(".msg.in", has_text=words.splitlines()[0]).first
    after = await read.bounding_box()
    assert before
    assert after
    assert abs(after["y"] - before["y"]) <= 60, "what is read stays where it was"
    await picture(page, "a-long-thread")
    for desks in shops:
        await desks.browsers.close()
        await desks.stop()
