"""A carrier in this process, and a shop's software that notes what the carrier tells it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from twilio.request_validator import RequestValidator

from carrier.app import App
from carrier.settings import AccountFile, NumberFile, Settings
from chassis.http import HttpServer

ACCOUNT, SECRET = "AC" + "5" * 32, "0123456789abcdef0123456789abcdef"
LINE, OURS, HOMEOWNER = "+13125550123", "+13125550124", "+13125550142"
DIAL = '<Response><Dial timeout="18" action="/api/twilio/voice/dial-complete"><Number>+13125550100</Number></Dial></Response>'
EMPTY = "<Response/>"


@dataclass
class Heard:
    """One callback as it came."""

    route: str
    form: dict[str, str]
    token: str
    genuine: bool


@dataclass
class Shop:
    """`answers` maps a route to its TwiML, `statuses` to the HTTP statuses of its next answers."""

    base: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, list[int]] = field(default_factory=dict)

    async def take(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        route = request.path.removeprefix("/api/twilio/")
        validator = RequestValidator(SECRET)
        genuine = validator.validate(self.base + request.path_qs, form, request.headers.get("X-Twilio-Signature", ""))
        self.heard.append(Heard(route, form, request.headers.get("I-Twilio-Idempotency-Token", ""), genuine))
        waiting = self.statuses.get(route)
        status = waiting.pop(0) if waiting else 200
        return web.Response(status=status, text=self.answers.get(route, EMPTY), content_type="text/xml")

    def of(self, route: str) -> list[dict[str, str]]:
        return [each.form for each in self.heard if each.route == route]

    async def hears(self, route: str, *, times: int = 1, **wanted: str) -> dict[str, str]:
        """The `times`-th callback of the route with these fields."""
        async with asyncio.timeout(10):
            while True:
                found = [form for form in self.of(route) if wanted.items() <= form.items()]
                if len(found) >= times:
                    return found[times - 1]
                await asyncio.sleep(0.01)


@dataclass
class Carrier:
    """The running carrier, over HTTP only."""

    base: str
    session: aiohttp.ClientSession
    account: str = ACCOUNT
    secret: str = SECRET
    line: str = LINE
    ours: str = OURS
    homeowner: str = HOMEOWNER

    @property
    def login(self) -> dict[str, str]:
        return {"Authorization": aiohttp.encode_basic_auth(self.account, self.secret)}

    async def post(self, action: str, *, status: int = 200, **body: Any) -> Any:
        async with self.session.post(f"{self.base}/_control/{action}", json=body) as answer:
            told = await answer.json()
            assert answer.status == status, told
            return told

    async def get(self, action: str, **query: str) -> Any:
        async with self.session.get(f"{self.base}/_control/{action}", params=query) as answer:
            return await answer.json()

    async def ring(self, **plan: Any) -> str:
        wanted: dict[str, Any] = {
            "from_number": HOMEOWNER,
            "to_number": LINE,
            "ring_seconds": 0.05,
            "talk_seconds": 0.01,
        } | plan
        return str((await self.post("ring", **wanted))["sid"])

    async def send(self, *, status: int = 201, **changes: str) -> dict[str, Any]:
        form: dict[str, str] = {"From": LINE, "To": HOMEOWNER, "Body": "Sorry we missed your call"} | changes
        url = f"{self.base}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        async with self.session.post(url, data=form, headers=self.login) as answer:
            told: dict[str, Any] = await answer.json()
            assert answer.status == status, told
            return told


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    made = Shop(answers={"voice/inbound": DIAL})
    application = web.Application()
    application.router.add_post("/{path:.*}", made.take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def carrier(shop: Shop) -> AsyncIterator[Carrier]:
    numbers = (NumberFile(number=LINE), NumberFile(number=OURS, keywords="ours"))
    account = AccountFile(account=ACCOUNT, secret=SECRET, numbers=numbers)
    settings = Settings(host="127.0.0.1", port=0, public_base=shop.base, accounts=(account,), instance="this-start")
    server = HttpServer(App(settings), host=settings.host, port=settings.port)
    await server.start()
    async with aiohttp.ClientSession() as session:
        yield Carrier(server.url, session)
    await server.stop()
