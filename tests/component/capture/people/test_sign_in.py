"""Signing in, being kept out, and being let in all the same."""

import json

import pytest
from house import PASSWORD

from chassis.keys import derive_keys
from chassis.tokens import read

KEYS = derive_keys(b"\x07" * 32)


@pytest.mark.parametrize("name", ["nora", "nobody", "' OR 1=1 --"])
async def test_a_wrong_password_and_an_unknown_address_look_alike(visit, house, name):
    stranger = await visit()
    page = await stranger.sign_in(house.email(name), "something else")
    assert (page.status, "do not go together" in page.text, stranger.cookie()) == (422, True, None)


async def test_a_form_from_elsewhere_signs_nobody_in(visit, house):
    stranger, other = await visit(), await visit()
    theirs = (await other.get("/sign-in")).csrf
    page = await stranger.post("/sign-in", csrf=theirs, email=house.email("nora"), password=PASSWORD)
    assert (page.status, stranger.cookie()) == (403, None)


async def test_the_session_is_fresh_and_its_cookie_closed(visit, house, running):
    nora = await visit()
    nora.headers["cookie"] = "callsnare=planted"
    page = await nora.sign_in(house.email("nora").upper() + " ", PASSWORD, next="/settings/account", follow=False)
    assert (page.status, page.path) == (303, "/settings/account")
    (kept,) = [each for each in page.cookies if each.startswith("callsnare=")]
    assert all(mark in kept.lower() for mark in ("httponly", "samesite=lax", "path=/", "max-age=1209600"))
    del nora.headers["cookie"]
    person = read(KEYS, str(nora.cookie()))
    assert (person.name, person.role) == ("Nora Whitfield", "owner")
    assert await running.value("SELECT device FROM sessions WHERE session_id = $1", person.session_id) == "Chrome on Windows"  # fmt: skip
    again = await visit("nora")
    assert read(KEYS, str(again.cookie())).session_id != person.session_id


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_nobody_is_led_away_after_signing_in(visit, house, wanted):
    page = await (await visit()).sign_in(house.email("nora"), PASSWORD, next=wanted, follow=False)
    assert (page.status, page.path) == (303, "/")


async def test_a_member_without_a_password_or_switched_off_cannot_sign_in(visit, house, running):
    await running.database.work_pool.execute(
        "UPDATE members SET password_hash = NULL WHERE email = $1", house.email("sam")
    )
    await running.database.work_pool.execute("UPDATE members SET active = false WHERE email = $1", house.email("jess"))
    for name in ("sam", "jess"):
        assert (await (await visit()).sign_in(house.email(name), PASSWORD)).status == 422


async def _guess(house, visitor, times: int = 5) -> None:
    for _ in range(times):
        assert (await visitor.sign_in(house.email("nora"), "a guess")).status == 422


async def test_who_guesses_has_to_wait_even_with_the_right_password(visit, house, running, place):
    stranger = await visit(place=place)
    await _guess(house, stranger)
    page = await stranger.sign_in(house.email("nora"), PASSWORD)
    assert (page.status, "Try again in 3" in page.text) == (429, True)
    running.advance(seconds=31)
    assert (await stranger.sign_in(house.email("nora"), "a guess")).status == 422
    assert (await stranger.sign_in(house.email("nora"), PASSWORD)).status == 429
    running.advance(minutes=2)
    assert (await stranger.sign_in(house.email("nora"), PASSWORD)).status == 200


async def test_a_strangers_failures_lock_nobody_else_out(visit, house, place):
    known = await visit("nora", place=place)
    await known.press("/settings/account", "/sign-out")
    stranger = await visit(place=place)
    await _guess(house, stranger)
    assert (await stranger.sign_in(house.email("nora"), PASSWORD)).status == 429
    assert (await (await visit(place="203.0.113.5")).sign_in(house.email("nora"), PASSWORD)).status == 200
    assert (await known.sign_in(house.email("nora"), PASSWORD)).status == 200


async def test_who_tries_many_addresses_from_one_place_has_to_wait_as_well(visit, house, place):
    stranger = await visit(place=place)
    statuses = [(await stranger.sign_in(house.email(f"guess{n}"), "a guess")).status for n in range(27)]
    assert (statuses[:25], statuses[25:]) == ([422] * 25, [429] * 2)
    assert (await (await visit(place="203.0.113.5")).sign_in(house.email("nora"), PASSWORD)).status == 200


async def test_signing_out_ends_the_session_wherever_its_cookie_is(visit, house, running):
    nora = await visit("nora")
    token = nora.cookie()
    page = await nora.press("/settings/account", "/sign-out")
    assert (page.path, nora.cookie()) == ("/sign-in", None)
    thief = await visit()
    thief.headers["cookie"] = f"callsnare={token}"
    assert (await thief.get("/settings/account")).path == "/sign-in"
    assert (await thief.post("/session/renew", headers={"accept": "application/json"})).status == 401
    snapshot = await house.snapshot()
    assert snapshot.revoked_sessions == (read(KEYS, str(token)).session_id,)


async def test_a_token_that_ended_is_renewed_on_the_way_and_the_form_is_kept(visit, house, running):
    nora = await visit("nora")
    page = await nora.get("/settings/account")
    running.advance(minutes=6)
    first = await nora.post("/settings/account/name", follow=False, csrf=page.csrf, name="Nora W")
    assert (first.status, first.path) == (307, "/session/renew")
    done = await nora.post("/settings/account/name", csrf=page.csrf, name="Nora W")
    assert (done.status, "Your name is changed." in done.text, "Nora W" in done.text) == (200, True, True)


async def test_a_script_is_told_how_long_token_and_session_last(visit, house, running):
    nora = await visit("nora")
    page = await nora.post("/session/renew", headers={"accept": "application/json"})
    told = json.loads(page.text)
    assert 298 <= told["token_seconds"] <= 300
    assert 1209598 <= told["session_seconds"] <= 1209600
    running.advance(days=15)
    assert (await nora.post("/session/renew", headers={"accept": "application/json"})).status == 401
    assert (await nora.get("/settings/account")).path == "/sign-in"


async def test_renewing_leads_nowhere_else(visit):
    nora = await visit("nora")
    assert (await nora.get("/session/renew?next=//evil.example", follow=False)).path == "/"
