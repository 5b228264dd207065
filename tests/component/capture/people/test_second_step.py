"""The second step: set up, asked for, once each, and a way in when the phone is gone."""

import re

import pyotp
import pytest
from house import PASSWORD

from chassis.clock import system_clock

ACCOUNT = "/settings/account"


class Phone:
    """An authenticator that follows the service's clock."""

    def __init__(self, shop, secret: str) -> None:
        self._shop, self._totp = shop, pyotp.TOTP(secret)

    @property
    def digits(self) -> str:
        return self._totp.at(system_clock(self._shop.clock_file).now())


@pytest.fixture
async def nora(visit):
    return await visit("nora")


async def _set_up(visitor, shop) -> tuple[Phone, list[str]]:
    page = await visitor.press(ACCOUNT, f"{ACCOUNT}/second-step")
    secret = re.search(r'<code class="wraps">([A-Z2-7]+)</code>', page.text)
    assert secret
    assert "data:image/svg+xml" in page.text
    phone = Phone(shop, secret[1])
    wrong = await visitor.post(f"{ACCOUNT}/second-step/confirm", csrf=page.csrf, code="000000")
    assert (wrong.status, "not the digits of now" in wrong.text) == (422, True)
    done = await visitor.post(f"{ACCOUNT}/second-step/confirm", csrf=page.csrf, code=phone.digits)
    codes = re.findall(r"<li>([a-z0-9]{5}-[a-z0-9]{5})</li>", done.text)
    assert len(codes) == 10
    return phone, codes


async def _at_the_second_step(visit, house, **where):
    visitor = await visit(**where)
    page = await visitor.sign_in(house.email("nora"), PASSWORD)
    assert (page.path, visitor.cookie()) == ("/sign-in/code", None)
    return visitor, page


async def test_the_password_alone_is_not_enough_and_digits_count_once(visit, nora, house, running):
    phone, _ = await _set_up(nora, running)
    visitor, page = await _at_the_second_step(visit, house)
    used = await visitor.post("/sign-in/code", csrf=page.csrf, next=ACCOUNT, code=phone.digits)
    assert (used.status, visitor.cookie()) == (422, None)
    running.advance(seconds=60)
    assert (await visitor.post("/sign-in/code", csrf=page.csrf, next=ACCOUNT, code=phone.digits)).status == 200
    assert visitor.cookie()


async def test_a_recovery_code_lets_in_once(visit, nora, house, running):
    _, codes = await _set_up(nora, running)
    visitor, page = await _at_the_second_step(visit, house)
    assert (await visitor.post("/sign-in/code", csrf=page.csrf, next=ACCOUNT, code=codes[0].upper())).status == 200
    visitor, page = await _at_the_second_step(visit, house)
    assert (await visitor.post("/sign-in/code", csrf=page.csrf, next=ACCOUNT, code=codes[0])).status == 422
    assert codes[0].encode() not in await running.value(
        "SELECT string_agg(digest, ''::bytea) FROM recovery_codes WHERE organization_id = $1", house.organization_id
    )


async def test_guessing_digits_has_to_wait(visit, nora, house, running, place):
    await _set_up(nora, running)
    visitor, page = await _at_the_second_step(visit, house, place=place)
    statuses = [
        (await visitor.post("/sign-in/code", csrf=page.csrf, next=ACCOUNT, code="000000")).status for _ in range(6)
    ]
    assert statuses == [422] * 5 + [429]


async def test_the_password_step_is_forgotten_after_five_minutes(visit, nora, house, running):
    phone, _ = await _set_up(nora, running)
    visitor, page = await _at_the_second_step(visit, house)
    running.advance(minutes=6)
    assert (await visitor.post("/sign-in/code", csrf=page.csrf, next=ACCOUNT, code=phone.digits)).path == "/sign-in"


async def test_an_open_screen_cannot_switch_it_off_without_the_password(visit, nora, house, running):
    await _set_up(nora, running)
    refused = await nora.press(ACCOUNT, f"{ACCOUNT}/second-step/off", present="a guess")
    assert (refused.status, "not your present password" in refused.text) == (422, True)
    assert "Make new recovery codes" in (await nora.get(ACCOUNT)).text
    done = await nora.press(ACCOUNT, f"{ACCOUNT}/second-step/off", present=PASSWORD)
    assert "The second step is off." in done.text
    assert (await (await visit()).sign_in(house.email("nora"), PASSWORD)).path == ACCOUNT


async def test_the_secret_lies_encrypted(visit, nora, house, running):
    page = await nora.press(ACCOUNT, f"{ACCOUNT}/second-step")
    secret = re.search(r'<code class="wraps">([A-Z2-7]+)</code>', page.text)
    assert secret
    assert secret[1] not in await running.value(
        "SELECT secret FROM second_steps WHERE organization_id = $1", house.organization_id
    )


async def test_an_owner_helps_a_member_whose_phone_is_gone(visit, nora, house, running):
    jess = await visit("jess")
    await _set_up(jess, running)
    member = await house.member("jess")
    page = await nora.press("/settings/members", f"/settings/members/{member}/second-step-off")
    assert "off for this person" in page.text
    assert (await (await visit()).sign_in(house.email("jess"), PASSWORD)).path == ACCOUNT
