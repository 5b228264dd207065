"""The pages of words and questions in a browser: the count that lives, fields put in, and a look by axe."""

from browsers import assert_looks
from desks import Desks
from playwright.async_api import expect

from messaging.domain.segments import measure
from messaging.store import templates

ODD = (
    "plain",
    "We’re out",
    "a" * 161,
    "€" * 80,
    "é" * 70,
    "ж" * 71,
    "😀" * 36,
    "tab\tand ^{}[]~|",
    "a" * 152 + "€" + "a" * 152,
)


async def test_the_words_are_counted_while_one_writes_and_saved(desks: Desks) -> None:
    page = await desks.at(desks.office.pat, "/settings/templates?name=ask_name")
    box, count = page.locator("#body"), page.locator("[data-count]")
    for body in ODD:
        await box.fill(body)
        texts = measure(body).segments
        await expect(count).to_contain_text(f"{texts} {'text' if texts == 1 else 'texts'}, ")
    await box.fill("What’s your name, " + "a" * 60)
    await expect(page.locator("[data-dear]")).to_contain_text("’ makes this 2 texts. With plain letters it would be 1.")
    await page.get_by_role("button", name="Use plain letters").click()
    await expect(box).to_have_value("What's your name, " + "a" * 60)
    await box.fill("Who are you, ")
    await page.get_by_role("button", name="Homeowner's first name").click()
    await expect(box).to_have_value("Who are you, {first_name|there}")
    await expect(page.locator("[data-preview]")).to_have_text("Who are you, there")
    await page.get_by_role("button", name="Save words").click()
    await expect(page.get_by_text("Last changed")).to_contain_text("by Pat Doyle")
    async with desks.office.shop.database.work() as transaction:
        (row,) = await templates.in_use(transaction, organization_id=desks.office.shop.id)
    assert row["body"] == "Who are you, {first_name|there}"


async def test_the_pages_are_usable_by_everybody_on_every_screen(desks: Desks, caller: str) -> None:
    page = await desks.at(desks.office.pat, "/settings/templates")
    await assert_looks(page, "words")
    await page.goto("/settings/rules")
    await page.get_by_label("Their text").fill("no heat at 1422 W Elm St, tomorrow after 3")
    await page.get_by_label("From").fill(caller)
    await page.get_by_role("button", name="Show what would happen").click()
    await expect(page.get_by_text("Asks who.")).to_be_visible()
    await assert_looks(page, "rules")
