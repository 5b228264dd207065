"""A thread on paper: all of it, and nothing that only a hand can use."""

from typing import Any

from browsers import PICTURES, picture
from desks import Desks
from playwright.async_api import Page, expect

from messaging.app.change_homeowner import rename_homeowner

HANDS = (".rail", "#composer", "#details", ".list", "#baton-act", "#status", "button:not(.whylink)")
"""What has no use on paper."""
MANY = 75


async def long_thread(desks: Desks, caller: str, texts: int) -> str:
    """Its path. The homeowner wrote so many texts."""
    shop = desks.office.shop
    await shop.answers_nothing()
    for number in range(texts):
        await shop.texted_by(
            caller, f"Still no heat, day {number + 1}. The house is cold and the kids wear coats inside."
        )
        shop.clock.advance(minutes=1)
    await desks.office.folded()
    lead_id = await desks.office.only_lead()
    await rename_homeowner(desks.office.desk, desks.office.sam, lead_id=lead_id, name="Dana Whitlock")
    return f"/leads/{lead_id}"


async def shown_on_paper(page: Page) -> dict[str, Any]:
    """Whether the box of messages cuts any of them off, and how many there are."""
    told: dict[str, Any] = await page.evaluate(
        "() => { const flow = document.getElementById('flow'), all = [...document.querySelectorAll('.msg')];"
        " return { cut: flow.scrollHeight - flow.clientHeight, all: all.length, seen: all.filter((each) => each.offsetHeight > 0).length,"
        " taller: document.documentElement.scrollHeight > innerHeight, bright: getComputedStyle(document.documentElement).colorScheme }; }"
    )
    return told


async def test_a_thread_is_printed_whole_and_without_what_only_a_hand_can_use(desks: Desks, caller: str) -> None:
    page = await desks.at(desks.office.sam, await long_thread(desks, caller, 30), color_scheme="dark")
    await expect(page.locator(".msg")).to_have_count(30)
    await page.emulate_media(media="print", color_scheme="dark")
    for each in HANDS:
        for found in await page.locator(each).all():
            await expect(found).to_be_hidden()
    assert await shown_on_paper(page) == {"cut": 0, "all": 30, "seen": 30, "taller": True, "bright": "light"}
    await expect(page.locator("#title")).to_have_text("Dana Whitlock")
    await expect(page.locator("#title")).to_be_visible()
    await picture(page, "thread-on-paper")
    pdf = await page.pdf(path=PICTURES / "thread-on-paper.pdf", format="Letter")
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page/") + pdf.count(b"/Type /Page ") > 1


async def test_ctrl_p_fetches_what_lies_above_first(desks: Desks, caller: str) -> None:
    page = await desks.at(desks.office.sam, await long_thread(desks, caller, MANY))
    await expect(page.locator("#earlier")).to_be_visible()
    await page.emulate_media(media="print")
    await expect(page.get_by_text("Earlier messages are not on this sheet")).to_be_visible()
    await page.emulate_media(media="screen")
    await page.evaluate("window.print = () => { window.printed = document.querySelectorAll('.msg').length; }")
    async with page.expect_response(lambda answer: "before=" in answer.url) as asked:
        await page.keyboard.press("Control+p")
    assert (await asked.value).status == 200
    await page.wait_for_function("window.printed !== undefined")
    assert await page.evaluate("window.printed") == MANY
    await expect(page.locator("#earlier")).to_have_count(0)


async def test_the_list_is_printed_without_its_tools(desks: Desks, caller: str) -> None:
    await long_thread(desks, caller, 1)
    page = await desks.at(desks.office.sam)
    await page.emulate_media(media="print")
    await expect(page.locator("a.lead .who")).to_be_visible()
    for each in (".rail", "#search", ".filters", ".thread"):
        await expect(page.locator(each).first).to_be_hidden()
