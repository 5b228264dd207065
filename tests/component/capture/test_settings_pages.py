"""The settings pages over HTTP: what is refused, what is kept, what an agent sees, what two people do to one form."""

from typing import Any

import pytest
from capture_service import NUMBER, SECRET, Service, shop_text
from settings_desk import Desk, desk, heard_of

from capture.domain import moments
from chassis.ids import new_id
from contracts.organizations import OrganizationChanged, WhileClosed

HOURS = [
    ("open-mon", "on"),
    ("mon-from", "8 AM"),
    ("mon-to", "noon"),
    ("mon-from", "1 PM"),
    ("mon-to", "5 PM"),
    ("do", "save"),
]
FACTS = {
    "name": "Northside Heating",
    "zone": "America/Denver",
    "state": "CO",
    "office_line": "(312) 555-0100",
    "ring_seconds": "15",
}
PAGES = (
    "/settings/shop",
    "/settings/hours",
    "/settings/numbers",
    f"/settings/numbers/{NUMBER}",
    "/settings/providers",
    "/settings/go-live",
)


async def versions(capture: Service) -> int:
    return int(await capture.value("SELECT max(version) FROM organizations"))


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/settings/shop", FACTS), ("/settings/shop/missed", {"missed_when": "busy"}), ("/settings/hours", HOURS),
        ("/settings/hours/closures", {"name": "X", "first": "2027-01-02"}), ("/settings/hours/holidays", {"holiday": "Christmas Day"}),
        ("/settings/numbers", {"number": "3125550199"}), (f"/settings/numbers/{NUMBER}", {"mode": "ring"}), (f"/settings/numbers/{NUMBER}/remove", {}),
        ("/settings/providers", {"account": "AC1"}), ("/settings/go-live", {"mode": "live"}), ("/settings/go-live/trial", {"phone": "3125550177"}),
        ("/settings/go-live/first-reply", {"window_hours": "1"}), ("/settings/go-live/while-closed", {"response": "hold", "follow_up": "send"}),
        ("/settings/go-live/silence", {"silent_days": "3"}),
    ],
)  # fmt: skip
async def test_an_agent_and_a_forged_form_change_nothing(
    capture: Service, northside: OrganizationChanged, path: str, fields: Any
) -> None:
    before = await versions(capture)
    assert (await desk(capture, northside, "agent").post(path, fields)).status == 403
    assert (await desk(capture, northside).post(path, fields, csrf="of another session")).status == 403
    assert await versions(capture) == before


async def test_the_start_page_says_what_stands_at_each_place(
    owner: Desk, capture: Service, northside: OrganizationChanged
) -> None:
    page = await owner.get("/settings")
    assert "Shop State not set · Central time, Chicago" in page.words
    assert f"Numbers {moments.phone(NUMBER)}" in page.words
    assert "Carrier accounts 1 account" in page.words
    assert "People 1 person" in page.words
    await owner.save("/settings/shop", "/settings/shop", FACTS)
    await owner.save("/settings/hours", "/settings/hours", HOURS)
    page = await owner.get("/settings")
    assert "Hours Mon 8:00 AM–12:00 PM and 1:00 PM–5:00 PM" in page.words
    assert "Shop Colorado · Mountain time, Denver" in page.words
    agent = await desk(capture, northside, "agent").get("/settings")
    assert "Hours Mon 8:00 AM" in agent.words
    assert "Carrier accounts" not in agent.words
    assert moments.phone(NUMBER) not in agent.words


async def test_an_agent_sees_values_without_controls_and_who_can_change_them(
    capture: Service, northside: OrganizationChanged
) -> None:
    agent = desk(capture, northside, "agent")
    for path in ("/settings/shop", "/settings/hours", "/settings/go-live"):
        page = await agent.get(path)
        assert page.status == 200
        assert "<form class" not in page.text, path
        assert 'type="submit"' not in page.text
        assert "Nora Whitfield" in page.words
    assert "Northside Heating & Air" in (await agent.get("/settings/shop")).words
    for path in PAGES[2:5]:
        assert (await agent.get(path)).status == 403


async def test_another_shops_numbers_and_accounts_are_not_there(
    capture: Service, northside: OrganizationChanged
) -> None:
    other = await capture.apply(shop_text(slug="southside", number="+13125550124", account="AC" + "b" * 32))
    stranger = desk(capture, other)
    await heard_of(stranger)
    assert (await stranger.get(f"/settings/numbers/{NUMBER}")).status == 404
    assert (await stranger.post(f"/settings/numbers/{NUMBER}", {"mode": "ring", "version": "0"})).status == 404
    account = northside.providers[0].account
    for action in ("secret", "keywords", "test", "drop-old"):
        fields = {"secret": "long-enough", "keywords": "ours", "version": "0"}
        assert (await stranger.post(f"/settings/providers/{account}/{action}", fields)).status == 404, action
    taken = await stranger.post("/settings/numbers", {"number": NUMBER})
    assert (taken.status, "belongs to another shop" in taken.words) == (422, True)
    nobody = Desk(
        capture, desk(capture, northside).person.__class__(**{**_fields(stranger), "organization_id": new_id()})
    )
    assert (await nobody.get("/settings/shop")).status in (404, 503)


def _fields(who: Desk) -> dict[str, Any]:
    return {name: getattr(who.person, name) for name in who.person.__struct_fields__}


async def test_what_is_saved_stands_on_the_page_with_who_and_when(
    owner: Desk, capture: Service, northside: OrganizationChanged
) -> None:
    member = northside.members[0].member_id
    owner.person = owner.person.__class__(**{**_fields(owner), "member_id": member})
    done = await owner.save("/settings/shop", "/settings/shop", FACTS)
    assert (done.status, done.location) == (303, "/settings/shop?saved=shop")
    page = await owner.get(done.location)
    assert 'value="Northside Heating"' in page.text
    assert "Saved" in page.words
    assert "Changed by Nora Whitfield" in page.words


async def test_two_people_edit_one_form_and_nothing_typed_is_lost(
    owner: Desk, capture: Service, northside: OrganizationChanged
) -> None:
    admin = desk(capture, northside, "admin", "Sam Okafor")
    version = (await owner.get("/settings/shop")).version("/settings/shop")
    await admin.save("/settings/shop", "/settings/shop", {**FACTS, "name": "Theirs"})
    mine = {**FACTS, "name": "Mine", "zone": "America/Phoenix", "state": "AZ"}
    clash = await owner.post("/settings/shop", {**mine, "version": version})
    assert clash.status == 409
    assert "Not saved: this was changed meanwhile" in clash.words
    assert "Name Theirs Mine" in clash.words
    assert "Time zone Mountain time, Denver Arizona time, Phoenix State Colorado Arizona" in clash.words
    assert 'value="Mine"' in clash.text
    again = await owner.post("/settings/shop", {**FACTS, "name": "Mine", "version": clash.version("/settings/shop")})
    assert again.status == 303
    assert 'value="Mine"' in (await owner.get("/settings/shop")).text


async def test_a_form_that_is_refused_first_is_still_stale_afterwards(
    owner: Desk, capture: Service, northside: OrganizationChanged
) -> None:
    version = (await owner.get("/settings/shop")).version("/settings/shop")
    await desk(capture, northside, "admin").save("/settings/shop", "/settings/shop", {**FACTS, "name": "Theirs"})
    refused = await owner.post("/settings/shop", {**FACTS, "ring_seconds": "99", "version": version})
    assert refused.status == 422
    assert (
        await owner.post("/settings/shop", {**FACTS, "name": "Mine", "version": refused.version("/settings/shop")})
    ).status == 409


async def test_garbage_hours_come_back_as_typed_with_words_beside_the_day(owner: Desk) -> None:
    fields = [("open-tue", "on"), ("tue-from", "<b>soon</b>"), ("tue-to", "5 PM"), ("do", "save")]
    page = await owner.save("/settings/hours", "/settings/hours", fields)
    assert page.status == 422
    assert "&lt;b&gt;soon&lt;/b&gt;" in page.text
    assert "is no time such as 7:30 AM" in page.words
    assert 'aria-describedby="tue-error"' in page.text


async def test_hours_are_added_copied_and_only_then_saved(owner: Desk, capture: Service) -> None:
    before = await versions(capture)
    added = await owner.save("/settings/hours", "/settings/hours", [*HOURS[:-1], ("do", "add mon")])
    assert added.text.count('name="mon-from"') == 3
    copied = await owner.save(
        "/settings/hours",
        "/settings/hours",
        [*HOURS[:-1], ("do", "copy"), ("copy-from", "mon"), ("copy-to", "weekdays")],
    )
    assert copied.text.count('name="fri-from"') == 2
    assert copied.text.count('name="sat-from"') == 0
    assert await versions(capture) == before
    assert (await owner.save("/settings/hours", "/settings/hours", HOURS)).status == 303
    assert 'value="12:00 PM"' in (await owner.get("/settings/hours")).text


async def test_closed_days_and_holidays_come_and_go(owner: Desk) -> None:
    assert (await owner.post("/settings/hours/closures", {"name": "Training", "first": "2001-01-01"})).status == 422
    assert (await owner.post("/settings/hours/closures", {"name": "Training", "first": "2027-06-01"})).status == 303
    await owner.save("/settings/hours", "/settings/hours/holidays", {"holiday": "Christmas Day"})
    page = await owner.get("/settings/hours")
    assert "Training" in page.words
    assert 'value="Christmas Day" id="holiday' in page.text.replace("  ", " ")
    assert (
        await owner.post("/settings/hours/closures/remove", {"name": "Training", "first": "2027-06-01"})
    ).status == 303
    assert "Training" not in (await owner.get("/settings/hours")).words.replace("Vacation and training", "")


async def test_a_secret_never_comes_back(owner: Desk, northside: OrganizationChanged) -> None:
    page = await owner.post(
        "/settings/providers", {"account": "wrong", "secret": "typed-secret-1", "keywords": "provider"}
    )
    assert page.status == 422
    await owner.post(f"/settings/providers/{northside.providers[0].account}/secret", {"secret": "typed-secret-2"})
    everything = page.text + "".join([(await owner.get(path)).text for path in PAGES])
    for secret in ("typed-secret-1", "typed-secret-2", SECRET):
        assert secret not in everything
    assert "Two are valid" in (await owner.get("/settings/providers")).words


async def test_addresses_to_paste_carry_the_repeat(owner: Desk) -> None:
    page = await owner.get(f"/settings/numbers/{NUMBER}")
    assert "http://callsnare.test/api/twilio/voice/inbound#rc=5&rp=all" in page.words
    assert "**004*13125550123#" in page.text


async def test_an_owner_chooses_what_leaves_while_the_shop_is_closed(owner: Desk, capture: Service) -> None:
    path = "/settings/go-live"
    typed = {"response": "hold", "follow_up": "perhaps"}
    assert (await owner.save(path, f"{path}/while-closed", typed)).status == 422
    assert (await owner.save(path, f"{path}/while-closed", {**typed, "follow_up": "send"})).status == 303
    entry = (await capture.events("callsnare.audit"))[-1]
    assert [each.field for each in entry.changes] == ["while_closed"]
    told = (await capture.events("callsnare.organizations"))[-1].while_closed
    assert told == WhileClosed(response="hold", follow_up="send")


@pytest.mark.parametrize("wrong", ["0", "366", "two weeks", ""])
async def test_an_owner_chooses_when_a_silent_lead_closes(owner: Desk, capture: Service, wrong: str) -> None:
    path = "/settings/go-live"
    refused = await owner.save(path, f"{path}/silence", {"silent_days": wrong})
    assert (refused.status, "from 1 to 365" in refused.words) == (422, True)
    assert (await owner.save(path, f"{path}/silence", {"silent_days": "30"})).status == 303
    entry = (await capture.events("callsnare.audit"))[-1]
    assert [(each.field, each.before, each.after) for each in entry.changes] == [("silent_days", "14", "30")]
    assert (await capture.events("callsnare.organizations"))[-1].silent_days == 30
    assert 'value="30"' in (await owner.get(path)).text
