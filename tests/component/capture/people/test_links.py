"""One-time links: invitations and new passwords."""

import re

import pytest
from house import PASSWORD

from chassis.testing import eventually

PEOPLE = "/settings/members"
NEW = "quiet furnace hums"


async def _invite(visitor, email, role="agent", name="Ruth Avery"):
    return await visitor.press(PEOPLE, f"{PEOPLE}/invite", email=email, role=role, name=name)


async def test_who_is_invited_chooses_a_password_and_is_in(visit, house, post):
    nora, ruth = await visit("nora"), await visit()
    shown = await _invite(nora, house.email("ruth"), role="admin")
    link = shown.link("invitation")
    (letter,) = [each for each in post.taken if each["to"] == house.email("ruth")]
    assert link in letter.get_content()
    page = await ruth.get(link)
    assert f"Join {house.slug.title()}" in page.text
    weak = await ruth.post(link, csrf=page.csrf, name="Ruth Avery", password="short")
    assert (weak.status, "10 characters or more" in weak.text) == (422, True)
    assert (await ruth.post(link, follow=False, csrf=page.csrf, name="Ruth Avery", password=NEW)).path == "/"
    assert (await ruth.get(PEOPLE)).status == 200
    assert [each.role for each in (await house.snapshot()).members if each.name == "Ruth Avery"] == ["admin"]
    assert [action for action, _ in await house.audited()][-2:] == ["member_invited", "member_joined"]
    again = await (await visit()).get(link)
    assert (again.status, "This link has ended" in again.text) == (410, True)


async def test_a_second_link_ends_the_first_and_a_withdrawn_one_is_none(visit, house, running):
    nora, ruth = await visit("nora"), await visit()
    first = (await _invite(nora, house.email("ruth"))).link("invitation")
    invitation = await running.value("SELECT invitation_id FROM invitations WHERE organization_id = $1", house.organization_id)  # fmt: skip
    second = (await nora.press(PEOPLE, f"{PEOPLE}/invitations/{invitation}/again")).link("invitation")
    assert ((await ruth.get(first)).status, (await ruth.get(second)).status) == (410, 200)
    invitation = await running.value("SELECT invitation_id FROM invitations WHERE organization_id = $1", house.organization_id)  # fmt: skip
    await nora.press(PEOPLE, f"{PEOPLE}/invitations/{invitation}/withdraw")
    assert (await ruth.get(second)).status == 410


async def test_an_invitation_ends_after_a_week(visit, house, running):
    link = (await _invite(await visit("nora"), house.email("ruth"))).link("invitation")
    running.advance(days=7, minutes=1)
    assert (await (await visit()).get(link)).status == 410


@pytest.mark.parametrize("email", ["no address", "@x.example", "a@b@c", ""])
async def test_what_is_no_address_is_not_invited(visit, email):
    page = await _invite(await visit("nora"), email)
    assert (page.status, "not an e-mail address" in page.text) == (422, True)


async def test_an_address_belongs_to_one_shop(visit, house, other_house):
    nora, stranger = await visit("nora"), await visit()
    assert "has this address already" in (await _invite(nora, house.email("jess"))).text
    link = (await _invite(nora, other_house.email("jess"))).link("invitation")
    page = await stranger.get(link)
    taken = await stranger.post(link, csrf=page.csrf, name="Jess", password=NEW)
    assert (taken.status, "belongs to a member of another shop" in taken.text, stranger.cookie()) == (422, True, None)


async def test_another_shops_invitation_does_not_exist(visit, house, other_house, running):
    await _invite(await visit("nora", at=other_house), other_house.email("ruth"))
    foreign = await running.value("SELECT invitation_id FROM invitations WHERE organization_id = $1", other_house.organization_id)  # fmt: skip
    nora = await visit("nora")
    assert (await nora.press(PEOPLE, f"{PEOPLE}/invitations/{foreign}/again")).status == 404
    await nora.press(PEOPLE, f"{PEOPLE}/invitations/{foreign}/withdraw")
    assert await running.value("SELECT count(*) FROM invitations WHERE invitation_id = $1", foreign) == 1


async def test_who_forgot_it_gets_a_link_by_mail_and_nobody_learns_who_has_an_account(visit, house, post):
    jess, stranger = await visit("jess"), await visit()
    answers = []
    for name in ("nobody", "jess"):
        page = await stranger.get("/sign-in/forgot")
        answers.append(await stranger.post("/sign-in/forgot", csrf=page.csrf, email=house.email(name)))
    assert answers[0].text == answers[1].text
    letters = await eventually(lambda: [each for each in post.taken if each["to"] == house.email("jess")])
    found = re.search(r"/sign-in/password/\S+", letters[0].get_content())
    assert found
    page = await stranger.get(found[0])
    assert "You are signed out everywhere" in page.text
    done = await stranger.post(found[0], csrf=page.csrf, password=NEW)
    assert (done.path, "Your new password is set" in done.text) == ("/sign-in", True)
    assert (await jess.get("/settings/account")).path == "/sign-in"
    assert (await stranger.sign_in(house.email("jess"), PASSWORD)).status == 422
    assert (await stranger.sign_in(house.email("jess"), NEW)).status == 200
    assert (await stranger.get(found[0])).status == 410
    assert [each for each in post.taken if each["to"] == house.email("nobody")] == []


async def test_an_admin_makes_an_agent_a_link_that_ends_after_a_day(visit, house, running):
    sam = await visit("sam")
    link = (await sam.press(PEOPLE, f"{PEOPLE}/{await house.member('jess')}/link")).link("password")
    assert (await (await visit()).get(link)).status == 200
    running.advance(days=1, minutes=1)
    assert (await (await visit()).get(link)).status == 410


async def test_links_lie_as_digests(visit, house, running):
    link = (await _invite(await visit("nora"), house.email("ruth"))).link("invitation")
    stored = await running.value("SELECT digest FROM invitations WHERE organization_id = $1", house.organization_id)
    assert link.rpartition("/")[2].encode() not in stored
