"""Who may change whom, and how quickly it counts."""

import pytest
from house import PASSWORD

PEOPLE = "/settings/members"


async def _to(visitor, house, name, action, **fields):
    return await visitor.press(PEOPLE, f"{PEOPLE}/{await house.member(name)}/{action}", **fields)


async def test_an_agent_may_not_even_look(visit):
    page = await (await visit("jess")).get(PEOPLE)
    assert (page.status, "Nora Whitfield, Sam Okafor can do it" in page.text) == (403, True)


@pytest.mark.parametrize(("action", "fields"), [("role", {"role": "agent"}), ("off", {}), ("sign-out", {}), ("link", {}), ("second-step-off", {})])  # fmt: skip
async def test_an_admin_cannot_touch_an_owner(visit, house, action, fields):
    page = await _to(await visit("sam"), house, "nora", action, **fields)
    assert (page.status, "Only owners change owners" in page.text) == (409, True)


async def test_an_admin_cannot_make_anybody_an_owner(visit, house):
    sam = await visit("sam")
    for name in ("jess", "sam"):
        assert (await _to(sam, house, name, "role", role="owner")).status == 409
    assert (await sam.press(PEOPLE, f"{PEOPLE}/invite", email="new@x.example", role="owner")).status == 422
    assert 'value="owner"' not in (await sam.get(PEOPLE)).text


async def test_the_last_owner_stays(visit, house):
    nora = await visit("nora")
    for action, fields in (("role", {"role": "admin"}), ("off", {})):
        page = await _to(nora, house, "nora", action, **fields)
        assert (page.status, "keeps at least one owner" in page.text) == (409, True)
    assert (await _to(nora, house, "sam", "role", role="owner")).status == 200
    assert (await _to(nora, house, "nora", "role", role="admin")).path == PEOPLE


async def test_nobody_switches_oneself_off(visit, house):
    page = await _to(await visit("sam"), house, "sam", "off")
    assert (page.status, "cannot switch yourself off" in page.text) == (409, True)


async def test_somebody_of_another_shop_does_not_exist(visit, house, other_house):
    nora = await visit("nora")
    for action, fields in (("role", {"role": "agent"}), ("off", {}), ("on", {}), ("sign-out", {}), ("link", {}), ("second-step-off", {})):  # fmt: skip
        shown = await nora.get(PEOPLE)
        page = await nora.post(f"{PEOPLE}/{await other_house.member('jess')}/{action}", csrf=shown.csrf, **fields)
        assert page.status == 404


async def test_who_is_switched_off_is_out_at_once_and_cannot_come_back(visit, house):
    nora, jess = await visit("nora"), await visit("jess")
    assert (await _to(nora, house, "jess", "off")).status == 200
    assert (await jess.get("/settings/account")).path == "/sign-in"
    assert (await jess.post("/session/renew", headers={"accept": "application/json"})).status == 401
    assert (await jess.sign_in(house.email("jess"), PASSWORD)).status == 422
    told = {each.name: (each.active, each.epoch) for each in (await house.snapshot()).members}
    assert told["Jess Tran"] == (False, 1)
    assert (await _to(nora, house, "jess", "on")).status == 200
    assert (await jess.sign_in(house.email("jess"), PASSWORD)).status == 200


async def test_a_role_counts_at_once_without_signing_in_anew(visit, house):
    nora, jess = await visit("nora"), await visit("jess")
    await _to(nora, house, "jess", "role", role="admin")
    assert (await jess.get(PEOPLE)).status == 200
    await _to(nora, house, "jess", "role", role="agent")
    assert (await jess.get(PEOPLE)).status == 403


async def test_signing_out_everywhere_ends_all_sessions_and_no_others(visit, house):
    one, two, sam = await visit("jess"), await visit("jess"), await visit("sam")
    await one.press("/settings/account", "/settings/account/sign-out-everywhere")
    for visitor in (one, two):
        assert (await visitor.get("/settings/account")).path == "/sign-in"
    assert (await sam.get("/settings/account")).status == 200


async def test_one_other_session_can_be_ended(visit, house, running):
    one, two = await visit("jess"), await visit("jess", agent="Mozilla/5.0 (iPhone) Safari/605.1")
    session = await running.value("SELECT session_id FROM sessions WHERE device = 'Safari on iPhone' AND organization_id = $1", house.organization_id)  # fmt: skip
    page = await one.press("/settings/account", f"/settings/account/sessions/{session}/end")
    assert "That device is signed out." in page.text
    assert (await two.get("/settings/account")).path == "/sign-in"


async def test_sessions_that_ended_long_ago_are_told_of_no_more(visit, house, running):
    jess = await visit("jess")
    await jess.press("/settings/account", "/sign-out")
    assert len((await house.snapshot()).revoked_sessions) == 1
    running.advance(minutes=7)
    sam = await visit("sam")
    await sam.press("/settings/account", "/settings/account/name", name="Samuel Okafor")
    assert (await house.snapshot()).revoked_sessions == ()


async def test_a_new_password_ends_the_other_sessions(visit, house):
    one, two = await visit("jess"), await visit("jess")
    account = "/settings/account"
    for wanted, status in (("short", 422), ("password1234", 422), (house.email("jess"), 422)):
        assert (await one.press(account, f"{account}/password", present=PASSWORD, wanted=wanted)).status == status
    assert (await one.press(account, f"{account}/password", present="a guess", wanted="quiet furnace hums")).status == 422  # fmt: skip
    assert "password is changed" in (await one.press(account, f"{account}/password", present=PASSWORD, wanted="quiet furnace hums")).text  # fmt: skip
    assert (await two.get(account)).path == "/sign-in"
    assert (await one.get(account)).status == 200
    assert (await two.sign_in(house.email("jess"), "quiet furnace hums")).status == 200


async def test_who_did_it_and_what_it_was_before_stands_in_the_audit_trail(visit, house):
    nora = await visit("nora")
    await _to(nora, house, "jess", "role", role="admin")
    entry = (await house.events("callsnare.audit"))[-1]
    assert (entry.action, entry.member_id) == ("role_changed", await house.member("nora"))
    (change,) = [each for each in entry.changes if each.field == "members"]
    assert ('"agent"' in str(change.before), '"agent"' in str(change.after)) == (True, False)
    assert "Jess" not in str(entry)
    assert "@" not in str(entry)
