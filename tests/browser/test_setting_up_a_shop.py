"""Setting up a shop in a browser: what two people do to one form, and how going live is proven by a call on one's own phone."""

import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from browsers import Office, assert_looks, assert_usable, picture
from carrier_client import Shop
from playwright.async_api import Page, expect

OWN_PHONE = "+13125550177"


async def save(page: Page, button: str = "Save") -> None:
    async with page.expect_navigation():
        await page.get_by_role("button", name=button, exact=True).first.click()


async def test_two_people_change_the_shop_and_the_later_one_sees_both(office: Office) -> None:
    owner, admin = await office.signed_in("owner"), await office.signed_in("admin")
    for page in (owner, admin):
        await page.goto("/settings/shop")
        await page.get_by_label("State").select_option("IL")
    await admin.get_by_label("Name that homeowners know").fill("Northside Heating & Air")
    await save(admin)
    await owner.get_by_label("Name that homeowners know").fill("Northside Heating")
    await save(owner)
    alert = owner.get_by_role("alert")
    await expect(alert).to_contain_text("changed meanwhile by Sam Okafor")
    await expect(alert.get_by_role("row", name="Name")).to_contain_text("Northside Heating & Air")
    await expect(owner.get_by_label("Name that homeowners know")).to_have_value("Northside Heating")
    await assert_looks(owner, "settings-two-people")
    await save(owner)
    await expect(owner.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    await expect(owner.get_by_text("Changed by Nora Whitfield")).to_be_visible()


async def test_hours_need_no_script_and_garbage_is_told_beside_the_day(office: Office) -> None:
    page = await office.signed_in("owner", script=False)
    await page.goto("/settings/hours")
    await page.get_by_label("Monday opens").fill("8 AM")
    await page.get_by_label("Monday closes").fill("noon")
    await page.get_by_role("button", name="Add another span on Monday").click()
    await page.get_by_label("Monday opens, span 2").fill("11 AM")
    await page.get_by_label("Monday closes, span 2").fill("5 PM")
    await page.get_by_role("button", name="Save hours").click()
    await expect(page.get_by_text("overlap")).to_be_visible()
    await page.get_by_label("Monday opens, span 2").fill("1 PM")
    await page.get_by_label("Copy", exact=True).select_option("mon")
    await page.get_by_role("button", name="Copy", exact=True).click()
    await expect(page.get_by_label("Friday opens, span 2")).to_have_value("1 PM")
    await page.get_by_role("button", name="Save hours").click()
    await expect(page.get_by_label("Friday closes, span 2")).to_have_value("5:00 PM")
    await picture(page, "settings-hours-without-script")


async def test_the_hours_page_says_the_zone_and_when_a_text_may_arrive(
    open_office: Callable[..., Awaitable[Office]],
) -> None:
    office = await open_office(state="TX", zone="America/Chicago")
    page = await office.signed_in("agent")
    await page.goto("/settings/hours")
    await expect(page.get_by_text("Central time, Chicago")).to_be_visible()
    here = page.get_by_role("row", name="Texas")
    await expect(here).to_contain_text("Mon–Sat 9 AM–9 PM")
    await expect(here).to_contain_text("Tex. Bus. & Com. Code 301.051, Nov 2026")
    await expect(page.get_by_role("row", name="Most other states")).to_contain_text("8 AM–9 PM every day")
    await assert_looks(page, "settings-quiet-hours")
    await page.get_by_role("link", name="All states, with their sources").click()
    await expect(page.get_by_role("row", name="Florida")).to_contain_text("Fla. Stat. 501.616(6)")
    without = await office.signed_in("agent", script=False)
    await without.goto("/settings/hours")
    await without.get_by_role("link", name="When automation may text").click()
    await expect(without.get_by_role("row", name="Texas").first).to_contain_text("Sun noon–9 PM")


async def test_an_agent_reads_hours_and_finds_no_numbers(office: Office) -> None:
    page = await office.signed_in("agent")
    await page.goto("/settings/hours")
    await expect(page.get_by_text("owners and admins change them")).to_be_visible()
    await expect(page.get_by_role("button", name="Save hours")).to_have_count(0)
    await expect(page.get_by_role("link", name="Numbers")).to_have_count(0)
    answer = await page.goto("/settings/numbers")
    assert answer is not None
    assert answer.status == 403


async def test_a_shop_goes_live_when_a_call_on_ones_own_phone_has_proven_it(
    open_office: Callable[..., Awaitable[Office]],
) -> None:
    office = await open_office(automation="preview", state="IL")
    page = await office.signed_in("owner")
    await page.goto("/settings/go-live")
    await page.get_by_role("radio", name="Live").check()
    await save(page, "Save mode")
    await expect(page.get_by_role("alert")).to_contain_text("have not passed")
    await page.goto("/settings/providers")
    await page.get_by_role("button", name="Ask the carrier").click()
    await expect(page.get_by_text("The carrier took the secret")).to_be_visible()
    await page.goto(f"/settings/numbers/{office.shop.line}")
    for name in ("Brand", "Campaign"):
        await page.get_by_label(name).select_option("approved")
    await save(page)
    await page.goto("/settings/go-live")
    await page.get_by_label("Phone in your pocket").fill("(312) 555-0177")
    await page.get_by_role("button", name="Start the test").click()
    await expect(page.get_by_text("Now ring")).to_be_visible()
    office.shop.ring(OWN_PHONE)
    await _proven(page, office.shop)
    await assert_looks(page, "settings-go-live")
    await page.get_by_role("radio", name="Live").check()
    await save(page, "Save mode")
    await expect(page.locator(".rail")).to_contain_text("Live")


async def _proven(page: Page, shop: Shop) -> None:
    """Looks again, as the page says, until the carrier has told of the delivery."""
    for _ in range(40):
        await page.get_by_role("link", name="Look again").click()
        if await page.get_by_text("Everything proven").count():
            break
        await page.wait_for_timeout(250)
    await expect(page.get_by_text("Everything proven")).to_be_visible()
    assert len(shop.carrier.sent_to(OWN_PHONE)) == 1


async def test_a_new_owner_comes_in_by_the_commands_link_and_stops_half_way(office: Office) -> None:
    email = f"kim@{secrets.token_hex(4)}.example"
    made = office.shop.stack.lines(
        "capture", "invite-owner", "--organization-name", "Redbud Heating", "--email", email, "--name", "Kim Redbud"
    )
    page = await office.page()
    await page.goto(urlsplit(made[0]["link"]).path)
    await page.get_by_label("New password").fill("a long new password")
    await page.get_by_role("button").last.click()
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill("a long new password")
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/setup/shop")
    await page.get_by_label("State").select_option("TX")
    await page.get_by_label("Line that rings in the shop").fill("(512) 555-0100")
    await save(page, "Save and go on")
    await page.wait_for_url("**/setup/hours*")
    await assert_usable(page)
    await page.goto("/setup/words")
    await expect(page.locator("aside .phone")).to_have_count(2)
    await expect(page.get_by_label("What the homeowner sees")).to_contain_text("STOP to opt out")
    await assert_looks(page, "setup-words")
    await page.get_by_role("link", name="Finish later").click()
    await page.goto("/setup")
    await page.wait_for_url("**/setup/hours")


async def test_carriers_reviewers_need_no_sign_in(office: Office) -> None:
    page = await office.page()
    for name in ("messaging", "privacy", "terms"):
        await page.goto(f"/shops/{office.shop.slug}/{name}")
        await expect(page.get_by_text("STOP").first).to_be_visible()
