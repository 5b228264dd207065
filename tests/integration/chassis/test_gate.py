"""The gate as browsers and programs meet it, over a real socket."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import aiohttp
import msgspec
import pytest
from litestar import Request, get, post
from litestar.params import FromPath
from litestar.response import Template

from chassis.auth import Gate, Permission, Person
from chassis.gate import YOUNG
from chassis.http import HttpServer, create_http
from chassis.ids import new_id
from chassis.keys import derive_keys
from chassis.settings import DatabaseSettings
from chassis.testing import FixedClock, a_person, settings_for, signed_in
from chassis.web.pages import staff_page
from contracts.organizations import Member, OrganizationChanged

SETTINGS = settings_for("sample", database=DatabaseSettings(owner="", web="", work=""))
NOW = datetime(2026, 11, 25, 18, tzinfo=UTC)
PAGE = {"accept": "text/html,application/xhtml+xml"}


@get("/numbers", opt={"needs": Permission.ADMINISTER})
async def numbers(request: Request[Person, OrganizationChanged, Any]) -> str:
    return f"{request.user.name} of {request.auth.name} as {request.user.role}"


@get("/inbox/{place:str}", opt={"needs": Permission.INBOX})
async def inbox(request: Request[Person, OrganizationChanged, Any], place: FromPath[str]) -> Template:
    return staff_page(request, "frame.html", current="settings")


@post("/save", opt={"needs": Permission.INBOX})
async def save(request: Request[Person, OrganizationChanged, Any]) -> str:
    return str((await request.form())["words"])


@get("/forgotten")
async def forgotten() -> str:
    return "nobody said who may see this"


@get("/hello", opt={"open": "a test"})
async def hello() -> str:
    return "hello"


class Shop:
    """What the replica knows; tests change it."""

    def __init__(self) -> None:
        self.id, self.member = new_id(), new_id()
        self.snapshot: OrganizationChanged | None = OrganizationChanged(
            event_id=new_id(), organization_id=self.id, occurred_at=NOW, slug="northside", name="Northside Heating & Air", zone="America/Chicago",
            members=(Member(member_id=self.member, name="Pat Owner", email="pat@northside.example", role="owner"),),
        )  # fmt: skip

    def find(self, organization_id: UUID) -> OrganizationChanged | None:
        return self.snapshot if organization_id == self.id else None

    def change(self, **member: Any) -> None:
        assert self.snapshot is not None
        mine = msgspec.structs.replace(self.snapshot.members[0], **member)
        self.snapshot = msgspec.structs.replace(self.snapshot, members=(mine,))

    def person(self, **changes: Any) -> Person:
        return msgspec.structs.replace(a_person(organization_id=self.id, member_id=self.member, now=NOW), **changes)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
async def client(shop: Shop, clock: FixedClock) -> AsyncIterator[aiohttp.ClientSession]:
    gate = Gate(settings=SETTINGS, find=shop.find, clock=clock)
    app = create_http(
        settings=SETTINGS,
        checks={},
        gate=gate,
        route_handlers=[numbers, inbox, save, forgotten, hello],
        largest_body=1000,
    )
    server = HttpServer(app, host="127.0.0.1", port=0)
    await server.start()
    async with aiohttp.ClientSession(server.url, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session
    await server.stop()


def cookies(person: Person, **more: str) -> dict[str, str]:
    held = "; ".join(f"{name}={value}" for name, value in signed_in(SETTINGS.keys, person).items())
    return {"cookie": held, **more}


async def ask(
    client: aiohttp.ClientSession, path: str, headers: Mapping[str, str], method: str = "GET", **more: Any
) -> tuple[int, str, Mapping[str, str]]:
    async with client.request(method, path, headers=headers, allow_redirects=False, **more) as answer:
        return answer.status, await answer.text(), answer.headers


async def test_a_route_that_forgot_to_say_who_may_lets_nobody_in(client, shop):
    status, text, _ = await ask(client, "/forgotten", cookies(shop.person()))
    assert (status, "nobody may" in text) == (403, True)


async def test_a_stranger_is_led_from_a_page_to_the_sign_in_and_back(client):
    status, _, headers = await ask(client, "/inbox/mine?view=all", PAGE)
    assert (status, headers["location"]) == (303, "/sign-in?next=/inbox/mine%3Fview%3Dall")


async def test_a_program_without_a_session_is_told_so(client):
    status, text, headers = await ask(client, "/numbers", {})
    assert (status, headers["content-type"]) == (401, "application/problem+json")
    assert "Sign in again" in text


async def test_a_fragment_without_a_session_leads_its_page_to_the_sign_in(client):
    status, _, headers = await ask(
        client, "/numbers", {"hx-request": "true", "hx-current-url": "http://callsnare.test/inbox/mine", **PAGE}
    )
    assert (status, headers["hx-redirect"]) == (401, "/sign-in?next=/inbox/mine")


@pytest.mark.parametrize("alter", [lambda t: t[:-2], lambda t: "A" + t[1:], lambda _: "", lambda t: t.replace(".", ""), lambda _: "é.é"])  # fmt: skip
async def test_an_altered_token_is_no_token(client, shop, alter):
    name, token = next(iter(signed_in(SETTINGS.keys, shop.person()).items()))
    assert (await ask(client, "/numbers", {"cookie": f"{name}={alter(token)}"}))[0] == 401


async def test_a_token_of_another_deployment_is_no_token(client, shop):
    name, token = next(iter(signed_in(derive_keys(b"\x09" * 32), shop.person()).items()))
    assert (await ask(client, "/numbers", {"cookie": f"{name}={token}"}))[0] == 401


async def test_a_role_that_may_not_is_told_who_can(client, shop):
    shop.change(role="agent")
    status, text, _ = await ask(client, "/numbers", cookies(shop.person(role="agent")))
    assert (status, "owners and admins" in text) == (403, True)


async def test_a_role_counts_as_the_organization_knows_it_now(client, shop):
    assert (await ask(client, "/numbers", cookies(shop.person())))[1] == "Pat Owner of Northside Heating & Air as owner"
    shop.change(role="agent")
    assert (await ask(client, "/numbers", cookies(shop.person())))[0] == 403


@pytest.mark.parametrize("change", [{"active": False}, {"epoch": 1}])
async def test_a_revoked_member_is_out_with_the_snapshot(client, shop, change):
    person = shop.person()
    assert (await ask(client, "/numbers", cookies(person)))[0] == 200
    shop.change(**change)
    assert (await ask(client, "/numbers", cookies(person)))[0] == 401


async def test_a_revoked_session_is_out_and_another_one_stays(client, shop):
    one, other = shop.person(), shop.person(session_id=new_id())
    shop.snapshot = msgspec.structs.replace(shop.snapshot, revoked_sessions=(one.session_id,))
    assert (await ask(client, "/numbers", cookies(one)))[0] == 401
    assert (await ask(client, "/numbers", cookies(other)))[0] == 200


async def test_an_ended_token_goes_through_capture_and_keeps_its_form(client, shop, clock):
    clock.advance(days=2)
    status, _, headers = await ask(client, "/save?x=1", cookies(shop.person(), **PAGE), "POST", data={"words": "hi"})
    assert (status, headers["location"]) == (307, "/session/renew?next=/save%3Fx%3D1")


@pytest.mark.parametrize("given", [{}, {"csrf": "guessed"}])
async def test_a_form_that_is_not_from_our_page_changes_nothing(client, shop, given):
    status, text, _ = await ask(client, "/save", cookies(shop.person()), "POST", data={"words": "hi", **given})
    assert (status, "another sign-in" in text) == (403, True)


async def test_a_form_sent_by_another_site_changes_nothing(client, shop):
    person = shop.person()
    headers = cookies(person, **{"sec-fetch-site": "cross-site"})
    assert (await ask(client, "/save", headers, "POST", data={"words": "hi", "csrf": person.csrf}))[0] == 403


async def test_our_form_is_taken_with_the_claim_as_a_field_or_a_header(client, shop):
    person = shop.person()
    taken = await ask(client, "/save", cookies(person), "POST", data={"words": "hi", "csrf": person.csrf})
    assert taken[:2] == (201, "hi")
    form = aiohttp.FormData({"words": "hi", "csrf": person.csrf}, default_to_multipart=True)
    assert (await ask(client, "/save", cookies(person), "POST", data=form))[:2] == (201, "hi")
    headers = cookies(person, **{"x-csrf-token": person.csrf})
    assert (await ask(client, "/save", headers, "POST", data={"words": "hi"}))[:2] == (201, "hi")


async def test_a_shop_that_is_not_heard_of_yet_is_asked_to_wait(client, shop):
    shop.snapshot = None
    assert (await ask(client, "/numbers", cookies(shop.person())))[0] == 503


async def test_open_routes_ask_nobody(client):
    assert (await ask(client, "/hello", {}))[1] == "hello"
    assert (await ask(client, "/health/live", {}))[0] == 200
    assert (await ask(client, "/static/frame.js", {}))[0] == 200


async def test_the_frame_names_shop_mode_and_person_and_is_not_stored(client, shop):
    status, text, headers = await ask(client, "/inbox/mine", cookies(shop.person(), **PAGE))
    assert (status, headers["cache-control"]) == (200, "private, no-store")
    for words in ("Preview", "Pat Owner, your account", 'data-csrf="csrf-of-a-test"', 'aria-current="page"'):
        assert words in text
    assert "data-theme" not in text
    fixed = cookies(shop.person(), **PAGE)
    fixed["cookie"] += "; theme=dark; keys=odd"
    assert '<html lang="en-US" data-theme="dark">' in (await ask(client, "/inbox/mine", fixed))[1]


async def test_a_token_counts_only_while_it_is_young_as_long_as_a_revocation_could_be_on_its_way(shop, clock, client):
    late = False
    gate = Gate(settings=SETTINGS, find=shop.find, clock=clock, is_late=lambda _, *, now: late and now == clock.now())
    app = create_http(settings=SETTINGS, checks={}, gate=gate, route_handlers=[inbox])
    server = HttpServer(app, host="127.0.0.1", port=0)
    await server.start()
    person = shop.person()
    clock.advance(seconds=60)
    async with aiohttp.ClientSession(server.url, cookie_jar=aiohttp.DummyCookieJar()) as session:
        assert ((await ask(session, "/inbox/mine", cookies(person)))[0], gate.still_in(person)) == (200, True)
        late = True
        status, _, headers = await ask(session, "/inbox/mine?q=heat", cookies(person))
        assert (status, headers["location"]) == (307, "/session/renew?next=/inbox/mine%3Fq%3Dheat")
        assert not gate.still_in(person), "open streams come back by the same way"
        for minted, known in ((clock.now(), True), (clock.now() - YOUNG, False), (None, False)):
            asked = msgspec.structs.replace(person, minted_at=minted)
            assert (await ask(session, "/inbox/mine", cookies(asked)))[0] == (200 if known else 307)
    await server.stop()
