"""Two of the office at once, each in a browser: what one does the other sees, and nothing moves under a finger."""

from io import BytesIO

import pytest
from browsers import assert_looks, assert_usable, picture
from desks import Desks
from PIL import Image
from playwright.async_api import FilePayload, expect

from chassis import ids
from messaging.app.change_homeowner import rename_homeowner
from messaging.app.open_lead import open_lead
from messaging.domain.segments import measure


async def told(desks: Desks, caller: str, *bodies: str) -> str:
    """A missed call and what the homeowner writes after it; the thread's path."""
    await desks.office.shop.answers_nothing()
    await desks.office.shop.rung_by(caller)
    for body in bodies:
        desks.office.shop.clock.advance(minutes=1)
        await desks.office.shop.texted_by(caller, body)
    await desks.office.folded()
    return f"/leads/{await desks.office.only_lead()}"


async def test_one_answers_and_the_other_sees_it(desks: Desks, caller: str) -> None:
    sam, jess = await desks.at(desks.office.sam), await desks.at(desks.office.jess)
    lead = await told(desks, caller, "No heat and two little kids. Can I talk to a person?")
    for page in (sam, jess):
        await expect(page.locator("a.lead .say")).to_contain_text("No heat")
        await expect(page.locator(".rail .count")).to_contain_text("1")
    await sam.locator("a.lead").click()
    await expect(sam.locator(".baton [aria-current]")).to_contain_text("Your turn")
    await jess.goto(lead)
    await expect(sam.locator("#presence")).to_contain_text("Jess Tran is looking")
    await sam.locator("#draft").fill("Ray is on his way.")
    await expect(jess.locator("#presence")).to_contain_text("Sam Okafor is writing")
    await expect(sam.locator("#count")).to_have_text("18 of 160 · 1 text")
    await sam.keyboard.press("Control+Enter")
    await expect(jess.locator(".msg.out.staff .bubble")).to_have_text("Ray is on his way.")
    await desks.office.shop.sends()
    for page in (sam, jess):
        await expect(page.locator(".msg.out.staff .under")).to_contain_text("Sent")
        await expect(page.locator(".baton [aria-current]")).to_contain_text("Waiting on the homeowner")
        await expect(page.locator(".rail .count")).to_have_count(0)
    assert desks.office.shop.carrier.bodies(caller)[-1] == "Ray is on his way."
    await picture(jess, "thread-two-at-once")


async def test_the_page_is_usable_in_every_look(desks: Desks, caller: str) -> None:
    lead = await told(desks, caller, "Furnace quit last night.", "Do you charge extra for same day?")
    await rename_homeowner(
        desks.office.desk, desks.office.sam, lead_id=await desks.office.only_lead(), name="Dana Whitlock"
    )
    for number in range(8):
        await open_lead(
            desks.office.desk, desks.office.jess, number=f"+1512555010{number}", name=f"Curtis Odom {number}"
        )
    await desks.office.folded()
    page = await desks.at(desks.office.sam)
    await expect(page.locator("a.lead")).to_have_count(9)
    await assert_looks(page, "inbox")
    await page.goto(lead)
    await page.get_by_role("link", name="Why it was sent").first.click()
    await expect(page.locator(".why .rules li")).not_to_have_count(0)
    await assert_looks(page, "thread")
    await page.locator("#status summary").click()
    await assert_usable(page)
    await picture(page, "thread-status")
    await page.goto("/inbox/new")
    await assert_looks(page, "new-lead")


async def test_rows_stay_where_they_are_until_one_asks(desks: Desks) -> None:
    await desks.office.shop.answers_nothing()
    for number in range(6):
        await open_lead(desks.office.desk, desks.office.jess, number=f"+1512555020{number}", name=f"Homeowner {number}")
        desks.office.shop.clock.advance(minutes=1)
    await desks.office.folded()
    page = await desks.at(desks.office.sam)
    before = await page.locator("a.lead .who").all_inner_texts()
    waiting = page.get_by_role("heading", name="Waiting on the homeowner")
    await expect(waiting).to_have_text("Waiting on the homeowner 6")
    await desks.office.shop.texted_by("+15125550200", "Can I talk to a person?")
    desks.office.shop.clock.advance(minutes=1)
    await desks.office.shop.texted_by("+13125559999", "Let me talk to a person please")
    await expect(page.get_by_role("button", name="2 newer, show")).to_be_visible()
    assert await page.locator("a.lead .who").all_inner_texts() == before
    await expect(page.locator("a.lead", has_text="Homeowner 0").locator(".say")).to_have_text("Can I talk to a person?")
    await expect(waiting).to_have_text("Waiting on the homeowner 5")  # a count moves nothing
    await page.get_by_role("button", name="2 newer, show").click()
    await expect(page.get_by_role("heading", name="Office’s turn")).to_have_text("Office’s turn 2")
    await expect(page.locator("a.lead .who").first).to_have_text("(312) 555-9999")


async def test_what_one_wrote_is_kept_and_a_faster_answer_is_told(desks: Desks, caller: str) -> None:
    lead = await told(desks, caller, "my furnace is out")
    sam = await desks.at(desks.office.sam, lead)
    await sam.locator("#draft").fill("I kept this")
    await expect(sam.locator("#count")).to_have_text("11 of 160 · 1 text")
    async with sam.expect_response(lambda answer: answer.url.endswith("/draft")):
        pass
    await sam.reload()
    await expect(sam.locator("#draft")).to_have_value("I kept this")
    desks.office.shop.clock.advance(seconds=5)
    jess = await desks.at(desks.office.jess, lead)
    await jess.locator("#draft").fill("On our way")
    await jess.get_by_role("button", name="Send").click()
    await expect(sam.locator(".msg.out.staff .bubble")).to_have_text("On our way")
    await expect(sam.locator(".over-composer")).to_contain_text(
        "The thread moved on while you were writing: On our way"
    )
    await sam.get_by_role("button", name="Send").click()
    await expect(sam.locator(".over-composer")).to_contain_text("Jess answered")
    await expect(sam.locator("#draft")).to_have_value("I kept this")
    await sam.get_by_role("button", name="Send").click()
    await expect(sam.locator(".msg.out.staff .bubble")).to_have_text(["On our way", "I kept this"])


async def test_offline_and_back_nothing_is_lost_or_doubled(desks: Desks, caller: str) -> None:
    lead = await told(desks, caller, "my furnace is out")
    page = await desks.at(desks.office.sam)
    async with page.expect_response(lambda answer: answer.url.endswith("/here")):
        await page.goto(lead)  # the stream is open once it asks who is here
    await page.context.set_offline(True)
    await expect(page.locator("#reconnecting")).to_contain_text("Reconnecting.")
    await page.locator("#draft").fill("Is it a gas furnace?")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".over-composer")).to_contain_text("Not sent yet")
    await picture(page, "thread-offline")
    await desks.office.shop.texted_by(caller, "hello?")
    await page.context.set_offline(False)
    await expect(page.locator(".msg.in .bubble").last).to_have_text("hello?")
    await expect(page.locator("#reconnecting")).to_have_count(0)
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator(".msg.out.staff:not(.sending) .bubble")).to_have_text("Is it a gas furnace?")
    await desks.office.shop.sends()
    assert desks.office.shop.carrier.bodies(caller).count("Is it a gas furnace?") == 1


async def test_whoever_is_thrown_out_is_so_at_once_and_sees_nothing_more(
    desks: Desks, caller: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.web.live.LOOK_SECONDS", 600.0)  # the stream is told, and does not find out some time
    lead = await told(desks, caller, "my furnace is out")
    page = await desks.at(desks.office.sam, lead)
    await expect(page.locator(".msg.in .bubble")).to_have_text("my furnace is out")
    shop = desks.office.shop
    (sam, *others) = shop.organizations.get(shop.id).members
    async with page.expect_response(lambda answer: "/session/renew" in answer.url):
        shop.become(
            members=(
                type(sam)(member_id=sam.member_id, name=sam.name, email=sam.email, role="agent", active=False),
                *others,
            )
        )
    await shop.texted_by(caller, "the new address is 12 Elm St")
    await page.wait_for_timeout(300)
    assert "12 Elm St" not in await page.content()


async def test_everything_can_be_done_by_keys(desks: Desks, caller: str) -> None:
    await told(desks, caller, "my furnace is out")
    page = await desks.at(desks.office.sam)
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator("#title")).to_be_focused()
    await page.keyboard.press("h")
    await expect(page.locator("#baton-act")).to_contain_text("Hand back")
    await page.keyboard.press("h")
    await expect(page.locator("#undo")).to_contain_text("Handed back to automation")
    await page.keyboard.press("z")
    await expect(page.locator("#baton-act")).to_contain_text("Hand back")
    await page.keyboard.press("n")
    await page.keyboard.type("gate code 1234")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".memo")).to_contain_text("gate code 1234")
    await page.keyboard.press("Escape")
    await page.keyboard.press("w")
    await expect(page.locator(".why")).to_be_visible()
    await page.keyboard.press("a")
    await expect(page.locator("#assignee")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await page.wait_for_url("**/inbox")
    await page.keyboard.press("/")
    await expect(page.locator("#search")).to_be_focused()


async def test_a_new_lead_that_was_closed_by_mistake_comes_back_to_the_office(desks: Desks, caller: str) -> None:
    shop = desks.office.shop
    shop.become(automation="approval")
    await shop.rung_by(caller)  # closing ends the draft, so it is the office that answers
    await desks.office.folded()
    page = await desks.at(desks.office.sam, f"/leads/{await desks.office.only_lead()}")
    await expect(page.locator("#status summary")).to_have_text("New")
    await page.keyboard.press("e")
    await expect(page.get_by_role("radio", name="Lost")).to_be_focused()
    await page.get_by_role("radio", name="Spam").check()
    await page.get_by_role("button", name="Close lead").click()
    await expect(page.locator("#status summary")).to_have_text("Closed: spam")
    await expect(page.locator("#undo")).to_contain_text("Lead closed")
    await page.keyboard.press("z")
    await expect(page.locator("#status summary")).to_have_text("Active")
    await expect(page.locator(".baton [aria-current]")).to_contain_text("Your turn")
    await expect(page.locator("#undo")).to_have_count(0)
    lead = await shop.lead()
    assert (lead["status"], lead["ended_at"], lead["ended_reason"]) == ("active", None, None)


async def test_an_undo_that_comes_too_late_says_so(desks: Desks, caller: str) -> None:
    await desks.office.shop.rung_by(caller)
    await desks.office.folded()
    page = await desks.at(desks.office.sam, f"/leads/{await desks.office.only_lead()}")
    await page.keyboard.press("e")
    await page.get_by_role("radio", name="Lost").check()
    await page.get_by_role("button", name="Close lead").click()
    await expect(page.locator("#undo")).to_contain_text("Lead closed")
    await desks.office.shop.rung_by(caller)  # a second lead is open now
    await page.keyboard.press("z")
    await expect(page.locator(".over-composer")).to_contain_text("Not undone. This homeowner has a newer open lead.")
    await expect(page.locator("#status summary")).to_have_text("Closed: lost")


async def test_an_opt_out_closes_the_composer_live(desks: Desks, caller: str) -> None:
    lead = await told(desks, caller, "my furnace is out")
    page = await desks.at(desks.office.sam, lead)
    await page.locator("#draft").fill("half a sen")
    await desks.office.shop.texted_by(caller, "STOP")
    await expect(page.locator("#composer")).to_contain_text("asked for no more texts")
    await assert_usable(page)
    await picture(page, "thread-opted-out")


BODIES = (
    "", "a", "x" * 160, "x" * 161, "x" * 306, "x" * 307, "€" * 80, "€" * 81, "x" * 152 + "€" + "y" * 10, "“curly”", "é" * 70, "ñ" * 160, "ы" * 70, "ы" * 71,
    "😀" * 35, "😀" * 36, "ы" * 66 + "😀" + "ы" * 10, "line\nbreak", "^{}[]~|\\", "…", "ready at 1–3 PM?",
)  # fmt: skip


async def test_the_count_on_the_page_is_the_one_that_is_billed(desks: Desks) -> None:
    page = await desks.at(desks.office.sam)
    counted = await page.evaluate("(bodies) => bodies.map((body) => segments.measure(body))", list(BODIES))
    assert [(each["encoding"], each["units"], each["segments"]) for each in counted] == [
        tuple(measure(body)) for body in BODIES
    ]
    plain = await page.evaluate("segments.plain('“It’s ready” – 1…')")
    assert (plain, measure(plain).encoding) == ('"It\'s ready" - 1...', "GSM-7")


async def test_photos_go_out_and_are_seen(desks: Desks, caller: str) -> None:
    lead = await told(desks, caller, "what does the valve look like?")
    page = await desks.at(desks.office.sam, lead)
    written = BytesIO()
    Image.new("RGB", (640, 480), "#34597f").save(written, "JPEG")

    def files(count: int) -> list[FilePayload]:
        return [{"name": f"valve{n}.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()} for n in range(count)]

    await page.locator("#photo").set_input_files(files(11))
    await expect(page.locator(".over-composer")).to_contain_text("10 photos go with one text at most")
    await page.locator("#photo").set_input_files(files(1))
    await expect(page.locator(".over-composer")).to_have_count(0)
    await expect(page.locator("#attached")).to_have_text("valve0.jpg")
    await page.get_by_role("button", name="Take the photos away").click()
    await expect(page.locator("#attached")).to_have_text("")
    await page.locator("#photo").set_input_files(files(3))
    await expect(page.locator("#attached")).to_contain_text("3 photos")
    await page.get_by_role("button", name="Send").click()
    shown = page.locator(".msg.out.staff .photo img")
    await expect(shown).to_have_count(3)
    await expect(page.locator("#attached")).to_have_text("")
    await expect(page.locator(".msg.sending")).to_have_count(0)
    assert await shown.first.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") == 640
    await assert_looks(page, "thread-photo")


async def test_saved_replies_are_offered_with_what_is_known_filled_in(desks: Desks, caller: str) -> None:
    lead = await told(desks, caller, "how much is a tune-up?")
    shop = desks.office.shop
    async with shop.database.web(shop.id) as transaction:
        await transaction.execute(
            "INSERT INTO saved_replies (saved_reply_id, organization_id, title, body, changed_by_name, changed_at) VALUES ($1, $2, $3, $4, $5, $6)",
            ids.new_id(), shop.id, "Tune-up price", "A tune-up is $89 at {shop}.", "Sam Okafor", shop.clock.now(),
        )  # fmt: skip
    page = await desks.at(desks.office.sam, lead)
    await page.locator("#replies summary").click()
    await assert_usable(page)
    await picture(page, "saved-replies")
    await page.get_by_role("link", name="Tune-up price").click()
    await expect(page.locator("#draft")).to_have_value("A tune-up is $89 at Northside Heating & Air.")
