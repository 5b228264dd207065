"""A member's own e-mail address: by password and a link to the new one, told to the former."""

import json
import re

import pytest
from house import PASSWORD

ACCOUNT = "/settings/account"


async def _ask(visitor, email, password=PASSWORD, **more):
    return await visitor.press(ACCOUNT, f"{ACCOUNT}/email", email=email, present=password, **more)


def _letters(post, to):
    return [each for each in post.taken if each["to"] == to]


def _link(letter):
    found = re.search(r"/sign-in/email/[A-Za-z0-9_-]+", letter.get_content())
    assert found
    return found[0]


async def test_the_new_address_counts_once_its_link_was_opened_and_the_former_is_told(visit, house, post):
    nora, fresh = await visit("nora"), house.email("nora.new")
    asked = await _ask(nora, f" {fresh.upper()} ")
    assert "A link is on its way" in asked.text
    assert fresh in asked.text, "what waits is shown"
    (letter,) = _letters(post, fresh.upper())
    assert (await (await visit()).sign_in(house.email("nora"), PASSWORD)).status == 200, "nothing has changed yet"
    other = await visit()
    page = await other.get(_link(letter))
    assert (page.status, fresh in page.text) == (200, True)
    assert (await (await visit()).sign_in(fresh, PASSWORD)).status == 422, "looking at it changes nothing"
    await other.post(_link(letter), csrf=page.csrf)
    assert (await (await visit()).sign_in(fresh, PASSWORD)).status == 200
    assert (await (await visit()).sign_in(house.email("nora"), PASSWORD)).status == 422
    assert fresh in (await nora.get(ACCOUNT)).text, "she is still signed in"
    (told,) = _letters(post, house.email("nora"))
    assert "was changed" in told["subject"]
    assert (await other.get(_link(letter))).status == 410, "it worked once"
    member = next(each for each in (await house.snapshot()).members if each.name == "Nora Whitfield")
    assert (member.email, member.epoch) == (fresh, 0)
    (entry,) = [each for each in await house.events("callsnare.audit") if each.action == "email_changed"]
    assert [change.field for change in entry.changes] == ["members"]
    assert not any("nora" in str(change) for change in entry.changes), "the trail knows people by ids and digests"


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("no address", PASSWORD, "not an e-mail address"),
        ("ruth@new.example", "a guess", "not your present password"),
        ("jess", PASSWORD, "Jess Tran has this address"),
        ("nora", PASSWORD, "Nora Whitfield has this address"),
    ],
)
async def test_what_cannot_be_is_said_and_what_was_typed_is_kept(visit, house, post, email, password, said):
    address = email if "@" in email or " " in email else house.email(email)
    before = len(post.taken)
    page = await _ask(await visit("nora"), address, password)
    assert (page.status, said in page.text, f'value="{address}"' in page.text) == (422, True, True)
    assert len(post.taken) == before


async def test_an_address_of_another_shop_is_told_to_who_reads_its_mail_and_to_nobody_else(
    visit, house, other_house, post
):
    nora, theirs = await visit("nora"), other_house.email("jess")
    assert "A link is on its way" in (await _ask(nora, theirs)).text
    reader = await visit()
    link = _link(_letters(post, theirs)[-1])
    taken = await reader.post(link, csrf=(await reader.get(link)).csrf)
    assert (taken.status, "belongs to a member of another shop" in taken.text) == (409, True)
    assert (await (await visit()).sign_in(house.email("nora"), PASSWORD)).status == 200


async def test_a_newer_link_ends_the_earlier_one_and_a_withdrawn_one_is_none(visit, house, post, running):
    nora, reader = await visit("nora"), await visit()
    await _ask(nora, house.email("first"))
    soon = await _ask(nora, house.email("second"))
    assert (soon.status, "a moment ago" in soon.text) == (422, True)
    running.advance(minutes=2)
    await _ask(nora, house.email("second"))
    first, second = (_link(_letters(post, house.email(name))[-1]) for name in ("first", "second"))
    assert ((await reader.get(first)).status, (await reader.get(second)).status) == (410, 200)
    await nora.press(ACCOUNT, f"{ACCOUNT}/email/withdraw")
    assert (await reader.get(second)).status == 410
    running.advance(minutes=2)
    await _ask(nora, house.email("third"))
    running.advance(days=1, minutes=1)
    assert (await reader.get(_link(_letters(post, house.email("third"))[-1]))).status == 410


async def test_a_letter_that_cannot_be_sent_changes_nothing(visit, house):
    nora = await visit("nora")
    page = await _ask(nora, "nobody@new.example")
    assert (page.status, "Nothing is changed: the mail server refused it." in page.text) == (422, True)
    assert "Waits for its link" not in (await nora.get(ACCOUNT)).text


async def test_a_way_to_a_new_password_ends_with_the_address_it_was_sent_to(visit, house, post):
    nora, sam = await visit("nora"), await visit("sam")
    shown = await nora.press("/settings/members", f"/settings/members/{await house.member('sam')}/link")
    old = shown.link("password")
    await _ask(sam, house.email("sam.new"))
    reader = await visit()
    link = _link(_letters(post, house.email("sam.new"))[-1])
    await reader.post(link, csrf=(await reader.get(link)).csrf)
    assert (await reader.get(old)).status == 410


async def test_whoever_is_switched_off_meanwhile_changes_nothing(visit, house, post):
    nora, sam, reader = await visit("nora"), await visit("sam"), await visit()
    await _ask(sam, house.email("sam.new"))
    link = _link(_letters(post, house.email("sam.new"))[-1])
    page = await reader.get(link)
    await nora.press("/settings/members", f"/settings/members/{await house.member('sam')}/off")
    assert (await reader.post(link, csrf=page.csrf)).status == 410


async def test_a_shops_file_knows_its_people_by_the_address_they_came_with(visit, house, post, running):
    nora = await visit("nora")
    await _ask(nora, house.email("nora.new"))
    reader = await visit()
    link = _link(_letters(post, house.email("nora.new"))[-1])
    await reader.post(link, csrf=(await reader.get(link)).csrf)
    file = {"organization": house.slug, "members": [{"email": house.email("nora"), "name": "Nora W", "role": "owner"}]}
    await running.apply(json.dumps(file))
    people = (await house.snapshot()).members
    assert [(each.name, each.email) for each in people if each.role == "owner"] == [("Nora W", house.email("nora.new"))]


async def test_the_address_that_somebody_gave_up_may_be_invited_again(visit, house, post):
    nora, reader = await visit("nora"), await visit()
    jess = await visit("jess")
    await _ask(jess, house.email("jess.new"))
    link = _link(_letters(post, house.email("jess.new"))[-1])
    await reader.post(link, csrf=(await reader.get(link)).csrf)
    shown = await nora.press(
        "/settings/members", "/settings/members/invite", email=house.email("jess"), name="Other Jess", role="agent"
    )
    other = await visit()
    invitation = shown.link("invitation")
    page = await other.get(invitation)
    joined = await other.post(invitation, follow=False, csrf=page.csrf, name="Other Jess", password="a quite new one")
    assert joined.status == 303
    names = [each.name for each in (await house.snapshot()).members]
    assert {"Jess Tran", "Other Jess"} <= set(names)
