"""The whole story with all services: a missed call, a text, a reply; two of the office at once; a member of another shop."""

import asyncio
from collections.abc import Awaitable, Callable

from browsers import Office, assert_usable, picture, sign_in
from playwright.async_api import expect

HOMEOWNER = "+13125550142"


async def test_two_of_the_office_take_a_homeowner_from_missed_call_to_answer(office: Office) -> None:
    sam, jess = await office.signed_in("admin"), await office.signed_in("agent")
    for page in (sam, jess):
        await page.goto("/inbox")
        await expect(page.get_by_text("No open leads")).to_be_visible()
    await asyncio.to_thread(office.shop.ring, HOMEOWNER)
    for page in (sam, jess):
        await expect(page.locator("a.lead")).to_contain_text("(312) 555-0142")
    await asyncio.to_thread(office.shop.write, HOMEOWNER, "Can I talk to a real person please?")
    await expect(jess.locator("a.lead .because")).to_contain_text("Asks for a person")
    await expect(jess.locator(".rail .count")).to_contain_text("1")
    await sam.locator("a.lead").click()
    await jess.locator("a.lead").click()
    for page in (sam, jess):
        await expect(page.locator(".event", has_text="Missed call")).to_be_visible()
        await expect(page.locator(".msg.out .bubble").first).to_contain_text("missed your call")
    assert "missed your call" in (await asyncio.to_thread(office.shop.carrier.sent_to, HOMEOWNER))[0]["body"]
    await expect(jess.locator("#presence")).to_contain_text("Sam Okafor")
    await sam.locator("#draft").fill("Sam here. Ray can come at 3 today, is that good?")
    await expect(jess.locator("#presence")).to_contain_text("Sam Okafor is writing")
    await sam.get_by_role("button", name="Send").click()
    for page in (sam, jess):
        await expect(page.locator(".msg.out.staff .bubble")).to_have_text(
            "Sam here. Ray can come at 3 today, is that good?"
        )
        await expect(page.locator(".msg.out.staff .under")).to_contain_text("Delivered")
        await expect(page.locator(".baton [aria-current]")).to_contain_text("Waiting on")
    sent = await asyncio.to_thread(office.shop.carrier.sent_to, HOMEOWNER)
    assert [each["body"] for each in sent].count("Sam here. Ray can come at 3 today, is that good?") == 1
    await assert_usable(sam)
    await picture(jess, "the-story")


async def test_pages_of_every_service_count_what_waits_for_the_office(office: Office) -> None:
    hours, words = await office.signed_in("agent"), await office.signed_in("admin")
    for page, path in ((hours, "/settings/hours"), (words, "/settings/templates")):
        async with page.expect_response(lambda answer: answer.url.endswith("/inbox/waiting")):
            await page.goto(path)
        await expect(page.locator(".rail .count")).to_have_count(0)
    await asyncio.to_thread(office.shop.write, HOMEOWNER, "Can I talk to a real person please?")
    for page in (hours, words):
        await expect(page.locator('.rail [data-waiting="inbox"]')).to_have_text("1 waiting for the office")
    await hours.reload()
    await expect(hours.locator('.rail [data-waiting="inbox"]')).to_have_text("1 waiting for the office")


async def test_a_member_of_another_shop_finds_nothing(
    office: Office, open_office: Callable[..., Awaitable[Office]]
) -> None:
    await asyncio.to_thread(office.shop.write, HOMEOWNER, "my furnace is out")
    page = await office.signed_in("agent")
    await page.goto("/inbox")
    link = await page.locator("a.lead").get_attribute("href")
    other = await open_office()
    stranger = await other.signed_in("owner")
    answer = await stranger.goto(str(link))
    assert answer is not None
    assert answer.status == 404


async def test_one_signs_in_reads_and_answers_without_scripts(office: Office) -> None:
    await asyncio.to_thread(office.shop.write, HOMEOWNER, "my furnace is out")
    page = await office.page(script=False)
    await sign_in(page, office.email("agent"), office.password)
    for _ in range(40):
        await page.goto("/inbox")
        if await page.locator("a.lead").count():
            break
    await page.locator("a.lead").click()
    await expect(page.locator(".msg.in .bubble")).to_have_text("my furnace is out")
    await page.locator("#draft").fill("Ray is on his way.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".msg.out.staff .bubble")).to_have_text("Ray is on his way.")
    await picture(page, "without-scripts")
