"""Every page of every service in one running stack, in light, in dark and on a phone. A page that is not listed here fails."""

import asyncio
import runpy
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from browsers import NARROW, Office, assert_looks, assert_usable
from playwright.async_api import Page

HOMEOWNER: Final = "+13125550142"
TABLES: Final = Path(__file__).parents[1] / "component" / "walk"
NO_PAGES: Final = frozenset({
    "/", "/setup", "/session/renew", "/settings/billing/checkout", "/settings/billing/portal", "/settings/consent.csv",
    "/alerts/part", "/approvals/part", "/inbox/list", "/inbox/live", "/inbox/rows", "/inbox/waiting", "/leads/{lead_id:uuid}/part", "/leads/{lead_id:uuid}/why/{text_id:uuid}",
    "/leads/{lead_id:uuid}/media/{media_id:uuid}", "/leads/photos/{media_id:uuid}/{ticket:str}",
    "/asyncapi.json", "/robots.txt",
})  # fmt: skip
"""Lead elsewhere, or answer a script or a machine."""
ELSEWHERE: Final = frozenset({"/sign-in/code", "/sign-in/invitation/{token:str}"})
"""Stand only in the middle of a story, and are looked at there: `test_signing_in.py`."""
NAME: Final = str.maketrans({"/": "-", "{": None, "}": None, ":": "-"})
"""A path as the name of a picture."""
NOBODY: Final = (
    "/sign-in", "/sign-in/forgot", "/sign-in/password/{token:str}", "/sign-in/email/{token:str}", "/shops/{slug:str}/messaging", "/shops/{slug:str}/privacy",
    "/shops/{slug:str}/terms",
)  # fmt: skip
"""For whoever is not signed in."""
EVERYBODY: Final = (
    "/inbox", "/inbox/new", "/leads/{lead_id:uuid}", "/approvals", "/alerts", "/settings", "/settings/account", "/settings/alerts",
    "/settings/shop", "/settings/hours", "/settings/go-live", "/settings/rules", "/settings/templates", "/settings/automation",
    "/settings/ignore", "/settings/stops",
)  # fmt: skip
OWNERS: Final = (
    "/settings/members", "/settings/numbers", "/settings/numbers/{number:str}", "/settings/providers", "/settings/consent",
    "/settings/billing", "/setup/shop", "/setup/hours", "/setup/number", "/setup/words", "/setup/team", "/setup/go-live",
)  # fmt: skip


def test_no_page_is_forgotten() -> None:
    served = {
        route.removeprefix("GET ")
        for table in TABLES.glob("routes_*.py")
        for route in runpy.run_path(str(table))["ROUTES"]
        if route.startswith("GET ")
    }
    listed = {*NOBODY, *EVERYBODY, *OWNERS} - {each for each in NOBODY if each.startswith("/shops/")}
    assert served - NO_PAGES - ELSEWHERE - {"/shops/{slug:str}/{name:str}"} == listed


async def test_every_page_is_usable_in_every_look(open_office: Callable[..., Awaitable[Office]]) -> None:
    office = await open_office(automation="approval", state="IL")
    await asyncio.to_thread(office.shop.ring, HOMEOWNER)
    owner, nobody = await office.signed_in("owner"), await office.page()
    values = {
        "lead_id:uuid": await _lead(owner),
        "number:str": office.shop.line,
        "slug:str": office.shop.slug,
        "token:str": "used-up",
    }
    for page, places in ((nobody, NOBODY), (owner, (*EVERYBODY, *OWNERS))):
        for place in places:
            await _open(page, place, values)
            await assert_looks(page, f"page{place}".translate(NAME))
    agent = await office.signed_in("agent", viewport=NARROW)
    for place in EVERYBODY:
        await _open(agent, place, values)
        await assert_usable(agent)


async def _lead(page: Page) -> str:
    """The id of the homeowner's lead, once the inbox shows it."""
    await page.goto("/inbox")
    link = await page.locator("a.lead").first.get_attribute("href")
    return str(link).partition("?")[0].rpartition("/")[2]


async def _open(page: Page, place: str, values: dict[str, str]) -> None:
    path = place
    for name, value in values.items():
        path = path.replace("{" + name + "}", value)
    answer = await page.goto(path)
    assert answer is not None
    assert answer.status in (200, 410) and page.url.endswith(path), f"{path}: {answer.status} at {page.url}"  # noqa: PT018
