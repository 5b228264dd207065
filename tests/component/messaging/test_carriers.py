"""One suite for the carrier in memory and for Twilio's adapter, which speaks to the stand-in carrier and to servers in trouble."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pretend_carrier import PretendCarrier

from carrier.app import App
from carrier.settings import AccountFile, NumberFile, Settings
from chassis.clock import system_clock
from chassis.http import HttpServer
from messaging.gateway.carrier import AnswerLost, Carrier, NeverSent, Outgoing, Refused, Taken
from messaging.gateway.twilio import TwilioMessages

ACCOUNT, SECRET = "AC" + "7" * 32, "a-secret"
LINE, HOMEOWNER, OTHER = "+13125550123", "+13125550142", "+13125550143"
Trouble = Callable[[str], Awaitable[None]]


@pytest.fixture(params=["pretend", "twilio"])
async def carrier(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Carrier, Trouble]]:
    """A carrier, and how its next send is troubled: `lost`, `busy` or `opted out`."""
    async with AsyncExitStack() as stack:
        if request.param == "pretend":
            pretend = PretendCarrier(system_clock(None))
            yield pretend, _pretend_trouble(pretend)
            return
        account = AccountFile(account=ACCOUNT, secret=SECRET, numbers=(NumberFile(number=LINE),))
        settings = Settings(
            host="127.0.0.1", port=0, public_base="http://127.0.0.1:9", accounts=(account,), instance="test"
        )
        server = HttpServer(App(settings), host="127.0.0.1", port=0)
        await server.start()
        stack.push_async_callback(server.stop)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield _twilio(session, server.url), _real_trouble(session, server.url)


def _twilio(session: aiohttp.ClientSession, api: str, *, secret: str = SECRET) -> TwilioMessages:
    return TwilioMessages(session=session, account=ACCOUNT, secret=secret, api=api)


def _pretend_trouble(carrier: PretendCarrier) -> Trouble:
    async def make(kind: str) -> None:
        if kind == "lost":
            carrier.loses_answers = True
        else:
            carrier.answers = [Refused(20429, 429) if kind == "busy" else Refused(21610, 400)]

    return make


def _real_trouble(session: aiohttp.ClientSession, base: str) -> Trouble:
    plans = {
        "lost": {"send": "accept_then_drop", "send_next": 1},
        "busy": {"send": "429", "send_next": 1},
        "opted out": {"refuse": {HOMEOWNER: 21610}},
    }

    async def make(kind: str) -> None:
        async with session.post(f"{base}/_control/faults", json=plans[kind]) as answer:
            assert answer.status == 200

    return make


async def test_how_a_text_fares_can_be_asked(carrier: tuple[Carrier, Trouble]) -> None:
    """The stand-in delivers at once, to an address where nobody listens."""
    asked, _ = carrier
    taken = await asked.send(_text())
    assert isinstance(taken, Taken)
    fate = await asked.fate(provider_id=taken.provider_id)
    assert fate is not None
    assert fate.error_code is None
    assert fate.state in ("queued", "sending", "sent", "delivered")
    assert await asked.fate(provider_id="SM" + "0" * 32) is None


def _text(body: str = "Sorry we missed your call", to: str = HOMEOWNER) -> Outgoing:
    return Outgoing(LINE, to, body, "http://127.0.0.1:9/api/twilio/sms/status?text=1&tag=2#rc=5&rp=all")


async def test_a_text_is_taken_and_then_listed(carrier: tuple[Carrier, Trouble]) -> None:
    sender, _ = carrier
    taken = await sender.send(_text("one"))
    assert isinstance(taken, Taken)
    assert taken.provider == "twilio"
    await sender.send(_text("of another", to=OTHER))
    listed = await sender.texts(from_number=LINE, to_number=HOMEOWNER)
    assert listed is not None
    assert [(each.provider_id, each.body) for each in listed] == [(taken.provider_id, "one")]
    (found,) = listed
    assert found.created_at is not None
    now = datetime.now(UTC)  # noqa: TID251 -- the carrier's clock is the machine's
    assert abs(now - found.created_at) < timedelta(seconds=30)


async def test_a_text_whose_answer_was_lost_is_listed(carrier: tuple[Carrier, Trouble]) -> None:
    sender, trouble = carrier
    await trouble("lost")
    assert isinstance(await sender.send(_text("lost")), AnswerLost)
    listed = await sender.texts(from_number=LINE, to_number=HOMEOWNER)
    assert listed is not None
    assert [each.body for each in listed] == ["lost"]


@pytest.mark.parametrize(("kind", "code", "status"), [("busy", 20429, 429), ("opted out", 21610, 400)])
async def test_a_refused_text_is_told_by_its_code_and_not_listed(
    carrier: tuple[Carrier, Trouble], kind: str, code: int, status: int
) -> None:
    sender, trouble = carrier
    await trouble(kind)
    refused = await sender.send(_text("no"))
    assert refused == Refused(code, status)
    assert await sender.texts(from_number=LINE, to_number=HOMEOWNER) == []


async def test_a_wrong_secret_is_refused_and_its_list_says_nothing(carrier: tuple[Carrier, Trouble]) -> None:
    sender, _ = carrier
    if not isinstance(sender, TwilioMessages):
        return
    api = sender._url.removesuffix(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    wrong = _twilio(sender._session, api, secret="wrong")
    assert await wrong.send(_text()) == Refused(20003, 401)
    assert await wrong.texts(from_number=LINE, to_number=HOMEOWNER) is None


@pytest.fixture
async def troubled() -> AsyncIterator[Callable[..., Any]]:
    """A server whose answers are as given, and the adapter that asks it."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())

        async def serve(handle: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> TwilioMessages:
            application = web.Application()
            application.router.add_route("*", "/{path:.*}", handle)
            runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            return _twilio(session, f"http://127.0.0.1:{runner.addresses[0][1]}")

        yield serve


@pytest.mark.parametrize(
    ("status", "body", "answer"),
    [
        (201, '{"sid": "SM1"}', Taken("twilio", "SM1")),
        (201, "not json", AnswerLost("it said 201")),
        (201, "[]", AnswerLost("it said 201")),
        (200, '{"sid": "SM1"}', AnswerLost("it said 200")),
        (302, "", AnswerLost("it said 302")),
        (500, "<html>", AnswerLost("it said 500")),
        (503, '{"code": 20503}', AnswerLost("it said 503")),
        (400, '{"code": 21211}', Refused(21211, 400)),
        (400, '{"code": "odd"}', Refused(None, 400)),
        (429, "slow down", Refused(None, 429)),
        (429, '{"code": 20429}', Refused(20429, 429)),
    ],
)
async def test_what_an_answer_says_about_who_has_the_text(
    troubled: Callable[..., Any], status: int, body: str, answer: Any
) -> None:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body, headers={"Location": "/elsewhere"} if status == 302 else {})

    sender = await troubled(handle)
    assert await sender.send(_text()) == answer


@pytest.mark.parametrize(
    ("told", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta()),
        ("9" * 5000, timedelta(days=365)),
        ("Tue, 24 Nov 2026 18:02:00 GMT", datetime(2026, 11, 24, 18, 2, tzinfo=UTC)),
        ("Tuesday, 24-Nov-26 18:02:00 GMT", datetime(2026, 11, 24, 18, 2, tzinfo=UTC)),
        ("Tue Nov 24 18:02:00 2026", datetime(2026, 11, 24, 18, 2, tzinfo=UTC)),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("Tue, 99 Nov 2026 18:02:00 GMT", None),
        ("", None),
    ],
)
async def test_how_long_a_busy_carrier_wants_to_be_left_alone(
    troubled: Callable[..., Any], told: str, wait: timedelta | datetime | None
) -> None:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(status=429, text="{}", headers={"Retry-After": told})

    sender = await troubled(handle)
    assert await sender.send(_text()) == Refused(None, 429, retry_after=wait)


async def test_other_refusals_name_no_moment(troubled: Callable[..., Any]) -> None:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(status=400, text='{"code": 21211}', headers={"Retry-After": "5"})

    sender = await troubled(handle)
    assert await sender.send(_text()) == Refused(21211, 400)


@pytest.mark.parametrize(
    "body", ["not json", "[]", '{"messages": [{}]}', '{"messages": [{"sid": "SM1", "date_created": "never"}]}', "{}"]
)
async def test_a_list_that_cannot_be_read_says_nothing(troubled: Callable[..., Any], body: str) -> None:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(text=body)

    sender = await troubled(handle)
    assert await sender.texts(from_number=LINE, to_number=HOMEOWNER) is None


async def test_silence_and_broken_connections_lose_the_answer(
    troubled: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.gateway.twilio.SECONDS", aiohttp.ClientTimeout(total=0.2))

    async def silent(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    async def breaks(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    for handle in (silent, breaks):
        sender = await troubled(handle)
        assert isinstance(await sender.send(_text()), AnswerLost)
        assert await sender.texts(from_number=LINE, to_number=HOMEOWNER) is None


async def test_a_carrier_that_is_not_there_never_had_it(troubled: Callable[..., Any]) -> None:
    async with aiohttp.ClientSession() as session:
        for api in ("http://127.0.0.1:1", "http://"):
            assert isinstance(await _twilio(session, api).send(_text()), NeverSent)


async def test_the_form_is_what_twilio_reads(troubled: Callable[..., Any]) -> None:
    seen: list[Any] = []

    async def handle(request: web.Request) -> web.Response:
        seen.append((request.path, dict(await request.post()), request.headers["Authorization"]))
        return web.Response(status=201, text='{"sid": "SM1"}')

    sender = await troubled(handle)
    await sender.send(_text("Wärme & Kälte 😀"))
    ((path, form, authorization),) = seen
    assert path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    assert form == {
        "From": LINE,
        "To": HOMEOWNER,
        "Body": "Wärme & Kälte 😀",
        "StatusCallback": _text().status_callback,
    }
    assert authorization.startswith("Basic ")
