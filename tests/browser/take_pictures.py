"""`make pictures`: the pictures of the README, taken of the running product and never drawn."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support")]

from browsers import PASSWORD, installed, running_browser, sign_in  # noqa: E402
from lively_day import LivelyDay  # noqa: E402
from playwright.async_api import Page, ViewportSize, expect  # noqa: E402
from running_stack import RunningStack  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
LONGEST_MILLISECONDS = 20_000
SIZE: ViewportSize = {"width": 1440, "height": 900}
LOOK: Any = {"viewport": SIZE, "locale": "en-US", "timezone_id": "America/Chicago", "reduced_motion": "reduce"}


async def the_phone(page: Page) -> None:
    """A call that rings out, its text, and what the carrier saw of it."""
    await page.goto("/phone")
    await page.get_by_role("button", name="Ring the shop").click()
    texts = page.get_by_role("log", name="Texts on this phone").get_by_role("paragraph")
    await texts.filter(has_text="missed your call").wait_for()
    await page.get_by_text("delivered", exact=True).wait_for()
    await page.screenshot(path=PICTURES / "phone.png")


async def the_thread(phone: Page, desk: Page, shop: dict[str, str]) -> None:
    """The same homeowner as the office sees them, once automation and they have spoken."""
    await phone.get_by_role("button", name="No heat since last night").click()
    texts = phone.get_by_role("log", name="Texts on this phone").get_by_role("paragraph")
    await expect(texts).to_have_count(3)
    await sign_in(desk, shop["owner_email"], shop["owner_password"])
    await desk.goto("/inbox")
    await desk.get_by_role("link", name="(312) 555-0142").first.click()
    await desk.get_by_text("No heat since last night").first.wait_for()
    await desk.screenshot(path=PICTURES / "thread.png")


NAMES = {
    "(512) 555-0142": "Dana Whitlock", "(512) 555-0118": "Marcus Bell", "(512) 555-0127": "Curtis Odom", "(512) 555-0135": "Lena Ortiz",
    "(512) 555-0160": "Ellen Brandt", "(512) 555-0131": "Walt Simmons", "(512) 555-0151": "Priya Raman",
}  # fmt: skip


async def names_are_known(desk: Page) -> None:
    """Whoever did not say theirs is named by the office."""
    for number, name in NAMES.items():
        await desk.goto("/inbox")
        row = desk.get_by_role("link", name=number)
        if not await row.count():
            continue
        await row.first.click()
        await desk.locator("#rename summary").click()
        await desk.locator("#homeowner-name").fill(name)
        await desk.get_by_role("button", name="Keep name").click()
        await expect(desk.locator("#title")).to_have_text(name)


async def the_office(sam: Page, jess: Page) -> None:
    """The inbox while two work in it, why a text waited for the morning, and the hours of the shop."""
    await names_are_known(jess)
    await sam.goto("/inbox")
    await sam.get_by_role("link", name="Dana Whitlock").first.click()
    await expect(sam.locator("#title")).to_have_text("Dana Whitlock")
    await jess.goto(sam.url)
    await jess.get_by_text("Note", exact=True).click()
    await jess.locator("#draft").fill(
        "We put that furnace in, 2014. Same-day is free, Ray is five minutes away at noon."
    )
    await jess.keyboard.press("Control+Enter")
    await sam.locator(".memo").wait_for()
    await sam.locator("#draft").fill(
        "No extra charge for same day. The $89 diagnostic comes off the repair. Want the 1 PM?"
    )
    await expect(sam.locator("#presence")).to_contain_text("Jess Tran")
    await sam.screenshot(path=PICTURES / "inbox.png")
    await sam.locator("#flow [data-why]").first.click()
    await sam.locator(".why .all-checks").last.locator("summary").click()
    await sam.locator(".why .all-checks").last.scroll_into_view_if_needed()
    await expect(sam.locator(".why")).to_contain_text("Up to date with the carrier")
    await sam.screenshot(path=PICTURES / "decision.png")
    await sam.goto("/settings/hours")
    await sam.locator('.rail [data-waiting="inbox"]').wait_for()
    await sam.screenshot(path=PICTURES / "hours.png")


async def take(base: str, browser_path: str, shop: dict[str, str]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with running_browser(browser_path) as browser:
        context = await browser.new_context(base_url=base, **LOOK)
        context.set_default_timeout(LONGEST_MILLISECONDS)
        phone, desk = await context.new_page(), await context.new_page()
        await the_phone(phone)
        await the_thread(phone, desk, shop)


async def take_of_a_day(day: LivelyDay, browser_path: str) -> None:
    base = day.stack.front_door.replace("127.0.0.1", "localhost")
    async with running_browser(browser_path) as browser:
        pages = []
        for role in ("admin", "agent"):
            context = await browser.new_context(base_url=base, **LOOK)
            context.set_default_timeout(LONGEST_MILLISECONDS)
            await context.clock.install(time=day.now)
            page = await context.new_page()
            await sign_in(page, f"{role}@redbud.example", PASSWORD)
            pages.append(page)
        await the_office(*pages)


def main() -> None:
    browser = installed()
    if browser is None:
        sys.exit("there is no Chromium here: install Debian's `chromium`, or name yours by CALLSNARE_BROWSER")
    with tempfile.TemporaryDirectory(prefix="callsnare-pictures-") as folder:
        stack = RunningStack(Path(folder), {"CALLSNARE_DEMO": "1"})
        try:
            stack.start()
            shop = json.loads((stack.data / "demo.json").read_text())
            asyncio.run(take(stack.front_door.replace("127.0.0.1", "localhost"), browser, shop))
        finally:
            stack.stop()
    with tempfile.TemporaryDirectory(prefix="callsnare-pictures-") as folder:
        day = LivelyDay(Path(folder))
        try:
            day.begin()
            day.night()
            day.morning()
            asyncio.run(take_of_a_day(day, browser))
        finally:
            day.stack.stop()


if __name__ == "__main__":
    main()
