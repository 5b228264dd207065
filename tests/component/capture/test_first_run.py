"""From nothing to a shop that may go live: the owner's link, the steps, and what each refuses."""

import re
from typing import Any

import pytest
from capture_service import ACCOUNT, Service, shop_text
from settings_desk import Desk, desk

from capture.app.found_shop import NotFounded, found_shop
from chassis.clock import system_clock
from chassis.testing import eventually
from contracts.organizations import OrganizationChanged

FACTS = {
    "name": "Redbud Heating",
    "zone": "America/Chicago",
    "state": "TX",
    "office_line": "(512) 555-0100",
    "ring_seconds": "18",
}


async def found(capture: Service, **changes: str) -> Any:
    given = {
        "name": "Redbud Heating & Air",
        "email": "Sam@Redbud.example",
        "owner": "Sam Okafor",
        "zone": "America/Chicago",
        **changes,
    }
    return await found_shop(
        database=capture.database, keys=capture.settings.keys, now=system_clock(None).now(), **given
    )


@pytest.fixture
async def fresh(serve: Any) -> tuple[Service, OrganizationChanged, Desk]:
    capture: Service = await serve()
    shop = (await found(capture)).shop
    owner = desk(capture, shop, name="Sam Okafor")
    owner.person = owner.person.__class__(
        **{
            **{name: getattr(owner.person, name) for name in owner.person.__struct_fields__},
            "member_id": shop.members[0].member_id,
        }
    )

    async def heard() -> bool:
        return (await owner.get("/setup/shop")).status == 200

    await eventually(heard)
    return capture, shop, owner


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"email": "nobody"}, "no e-mail address"),
        ({"name": "  "}, "1 to 60 characters"),
        ({"zone": "Chicago"}, "not an IANA zone"),
        ({"email": "pat@example.com"}, "signs in here already"),
    ],
)
async def test_a_shop_that_cannot_be_is_not_begun(capture: Service, changes: dict[str, str], told: str) -> None:
    await capture.apply(
        "organization: northside\nmembers: [{email: pat@example.com, name: Pat, role: owner, password: 'a long password'}]"
    )
    with pytest.raises(NotFounded, match=told):
        await found(capture, **changes)
    assert await capture.value("SELECT count(*) FROM organizations") == 1


async def test_the_command_is_safe_to_repeat_and_never_takes_anothers_slug(fresh: Any) -> None:
    capture, shop, _ = fresh
    again = await found(capture)
    assert (again.shop.organization_id, shop.slug) == (shop.organization_id, "redbud-heating-air")
    other = await found(capture, email="kim@redbud.example")
    assert other.shop.slug == "redbud-heating-air-2"
    assert (other.shop.automation, other.shop.members[0].role) == ("preview", "owner")


async def test_the_link_opens_the_form_for_a_password_and_home_leads_to_the_steps(fresh: Any) -> None:
    capture, _, owner = fresh
    link = await found(capture)
    page = await owner.get(f"/sign-in/password/{link.token}")
    assert (page.status, "sam@redbud.example" in page.text) == (200, True)
    assert (await owner.get("/sign-in/password/guessed")).status == 410
    assert (await owner.get("/")).location == "/setup"
    assert (await owner.get("/setup")).location == "/setup/shop"


async def test_agents_and_unknown_steps_are_turned_away(fresh: Any) -> None:
    capture, shop, owner = fresh
    assert (await desk(capture, shop, "agent").get("/setup/shop")).status == 403
    assert (await owner.get("/setup/everything")).status == 404


async def test_each_step_refuses_keeps_and_leads_on(fresh: Any) -> None:
    capture, shop, owner = fresh
    refused = await owner.save("/setup/shop", "/setup/shop", {**FACTS, "state": ""})
    assert (refused.status, "Choose the state" in refused.words) == (422, True)
    assert (await owner.save("/setup/shop", "/setup/shop", FACTS)).location.startswith("/setup/hours")
    week = [("open-mon", "on"), ("mon-from", "8 AM"), ("mon-to", "5 PM"), ("do", "save"), ("big-holidays", "on")]
    assert (await owner.save("/setup/hours", "/setup/hours", [*week[:2], ("mon-to", "soon"), *week[3:]])).status == 422
    assert (await owner.save("/setup/hours", "/setup/hours", week)).location.startswith("/setup/number")
    assert (await owner.post("/setup/number", {"number": "3125550123", "mode": "ring"})).status == 422
    typed = {"account": ACCOUNT, "secret": "long-enough", "api": "http://127.0.0.1:9"}
    bad = await owner.post("/setup/account", {**typed, "account": "AC1"})
    assert (bad.status, "long-enough" in bad.text) == (422, False)
    assert (await owner.post("/setup/account", typed)).status == 303
    assert (await owner.post("/setup/number", {"number": "3125550123", "mode": "already_missed"})).status == 303
    page = await owner.get("/setup/number")
    for words in ("Never heard", "**004*13125550123#", "/api/twilio/voice/inbound#rc=5", "gave no proper answer"):
        assert words in page.words, words
    assert (
        await owner.save(
            "/setup/words", "/setup/words", {"window_hours": "24", "useful_minutes": "120", "after_hours": "hold"}
        )
    ).status == 303
    row = (await capture.fetch("SELECT snapshot FROM organizations WHERE organization_id = $1", shop.organization_id))[
        0
    ]["snapshot"]
    assert (row["name"], row["state"], row["automation"], row["first_reply"]["after_hours"]) == (
        "Redbud Heating",
        "TX",
        "preview",
        "hold",
    )
    assert "Thanksgiving Day" in row["holidays"]


async def test_a_call_proves_the_number_and_the_steps_go_on_where_somebody_stopped(fresh: Any) -> None:
    capture, _, owner = fresh
    known = re.sub("name: .*\n|automation: .*\n", "", shop_text(slug="redbud-heating-air"))
    await capture.apply(known + "state: TX\nhours: {mon: ['08:00-17:00']}")
    assert (await owner.get("/setup")).location == "/setup/number"

    async def proven() -> bool:
        await capture.ring("CA1")
        return bool((await owner.get("/setup")).location == "/setup/words")

    await eventually(proven)
    assert "Last call" in (await owner.get("/setup/number")).words
