"""A browser of this machine, pages as members of a shop see them, and what is asked of every page."""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from carrier_client import Shop
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from laptop.settings import environment

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PICTURES = Path(__file__).parents[2] / "artifacts/screenshots"
WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
AXE = "([context, options]) => axe.run(context, options)"
GRAVE = ("serious", "critical")
COLOURS = ("color-contrast", "link-in-text-block")
"""What axe asks of colours."""
PASSWORD = "correct horse battery staple"
PATIENCE = 20_000
"""Milliseconds in which a fact has to show on a page, on a machine with other work."""
expect.set_options(timeout=PATIENCE)
MEMBERS = (
    {"email": "owner", "name": "Nora Whitfield", "role": "owner"},
    {"email": "admin", "name": "Sam Okafor", "role": "admin"},
    {"email": "agent", "name": "Jess Tran", "role": "agent"},
)


def installed() -> str | None:
    """The path of a Chromium: CALLSNARE_BROWSER, else one that is on the PATH."""
    return environment().get("CALLSNARE_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)


@asynccontextmanager
async def running_browser(path: str) -> AsyncIterator[Browser]:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@dataclass
class Office:
    """A shop with an owner, an admin and an agent, and browsers in which they work."""

    shop: Shop
    browser: Browser
    base: str
    password: str = PASSWORD
    contexts: list[BrowserContext] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def email(self, role: str) -> str:
        return f"{role}@{self.shop.slug}.example"

    async def page(self, *, script: bool = True, **options: Any) -> Page:
        """A fresh browser with nobody signed in. What its pages complain of fails the test in the end."""
        options = {"viewport": WIDE, "locale": "en-US", "timezone_id": "America/Chicago", **options}
        context = await self.browser.new_context(base_url=self.base, java_script_enabled=script, **options)
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.troubles.append(f"{urlsplit(page.url).path}: {error}"))
        page.on("console", lambda said: self._heard(page, said.type, said.text))
        return page

    def _heard(self, page: Page, kind: str, words: str) -> None:
        """A refused or lost request is the test's own doing; anything else is an error of ours."""
        if kind in ("error", "warning") and not words.startswith("Failed to load resource"):
            self.troubles.append(f"{urlsplit(page.url).path}: {words}")

    async def signed_in(self, role: str = "owner", **options: Any) -> Page:
        """A browser in which this member has signed in through the form."""
        page = await self.page(**options)
        await sign_in(page, self.email(role), self.password)
        return page

    async def close(self) -> None:
        for context in self.contexts:
            await context.close()
        assert self.troubles == []


async def sign_in(page: Page, email: str, password: str) -> None:
    await page.goto("/sign-in")
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(lambda url: not urlsplit(url).path.startswith("/sign-in"))


async def assert_usable(page: Page, *, without: tuple[str, ...] = (), rules: tuple[str, ...] = ()) -> None:
    """axe has nothing serious to say, and nothing is wider than the window.

    `without`: selectors to leave out; `rules`: only these of axe's rules.
    """
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE_SCRIPT)
    options = {"resultTypes": ["violations"], **({"runOnly": {"type": "rule", "values": rules}} if rules else {})}
    found = await page.evaluate(AXE, [{"exclude": [[each] for each in without]}, options])
    grave = [
        f"{each['id']} ({each['impact']}): {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}"
        for each in found["violations"]
        if each["impact"] in GRAVE
    ]
    assert grave == [], f"{page.url}: {grave}"
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} is {wide} px wider than its window"


async def picture(page: Page, name: str) -> Path:
    """Kept as `artifacts/screenshots/{name}.png`."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    await page.screenshot(path=path)
    return path


async def assert_looks(page: Page, name: str, *, without: tuple[str, ...] = ()) -> None:
    """Light, dark and at 390 px: usable each time, and a picture of each. Dark differs from light by its colours alone."""
    looks: Mapping[str, tuple[Any, Any, tuple[str, ...]]] = {
        "": ("light", WIDE, ()), "-dark": ("dark", WIDE, COLOURS), "-390": ("light", NARROW, ()),
    }  # fmt: skip
    before = page.viewport_size
    for suffix, (scheme, size, rules) in looks.items():
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.set_viewport_size(size)
        await assert_usable(page, without=without, rules=rules)
        await picture(page, name + suffix)
    await page.emulate_media(color_scheme="light")
    if before:
        await page.set_viewport_size(before)
