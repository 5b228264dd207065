"""A running capture for tests, and the carrier's side of the wire."""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import msgspec
from twilio.request_validator import RequestValidator

from capture.app.apply_shop import apply_shop
from capture.app.shop_file import read
from capture.main import build
from chassis.clock import system_clock
from chassis.database import Database, open_database
from chassis.ids import text_tag
from chassis.loops import Loop
from chassis.settings import DatabaseSettings, Settings
from chassis.testing import eventually, settings_for
from contracts import envelope
from contracts.base import Event
from contracts.organizations import OrganizationChanged

SCRIPTS = Path(__file__).parents[2] / "services/capture/migrations"
ACCOUNT, SECRET, OLD_SECRET = "AC" + "a" * 32, "current-secret", "previous-secret"
NUMBER, OFFICE, CALLER = "+13125550123", "+13125550100", "+13125550199"
TABLES = "organizations, tracked_numbers, provider_accounts, members, sessions, second_steps, recovery_codes, invitations, password_links, known_devices, sign_in_failures, callbacks, refused_callbacks, calls, gaps, setting_changes, account_checks, phone_trials, words_told, alert_codes, credits, stripe_events, outbox"
BOTH = frozenset({"web", "work"})
LOOK_SECONDS = 0.1
"""Nothing is to be learnt from the seconds between two looks of a loop."""


def shop_text(*, api: str = "http://127.0.0.1:9", **changes: str) -> str:
    """A shop's file; `extra` is put at its end."""
    values = {
        "slug": "northside", "account": ACCOUNT, "number": NUMBER, "mode": "ring", "answer": "any", "secrets": f'["{SECRET}", "{OLD_SECRET}"]',
        "office": OFFICE, "keys": '[{id: SK1, secret: "key-secret"}]', "extra": "", **changes,
    }  # fmt: skip
    return """
organization: {slug}
name: Northside Heating & Air
zone: America/Chicago
office_line: "{office}"
automation: live
providers:
  - {{kind: twilio, account: {account}, secrets: {secrets}, signing_keys: {keys}, api: "{api}"}}
numbers:
  - {{number: "{number}", provider: twilio, mode: {mode}, answer: {answer}}}
{extra}""".format(api=api, **values)


def form_of(
    sid: str, *, number: str = NUMBER, caller: str | None = CALLER, account: str = ACCOUNT, **fields: str
) -> dict[str, str]:
    """What every callback of a call carries."""
    who = {} if caller is None else {"From": caller, "Caller": caller}
    return {
        "AccountSid": account,
        "ApiVersion": "2010-04-01",
        "CallSid": sid,
        "CallStatus": "ringing",
        "Direction": "inbound",
        "To": number,
        "Called": number,
        **who,
        **fields,
    }


@dataclass
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]


@dataclass(kw_only=True)
class Service:
    """A running capture, and the carrier's side of the wire."""

    base: str
    settings: Settings
    database: Database
    session: aiohttp.ClientSession
    clock_file: Path

    def sign(
        self, route: str, form: Any, *, secret: str = SECRET, algorithm: str | None = None, public: str | None = None
    ) -> str:
        address = (public or self.settings.public_url) + f"/api/twilio/{route}"
        return str(RequestValidator(secret).compute_signature(address, form, algorithm))

    async def post(
        self,
        route: str,
        form: Mapping[str, str],
        *,
        secret: str = SECRET,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = {"X-Twilio-Signature": self.sign(route, form, secret=secret), **(headers or {})}
        if token:
            sent["I-Twilio-Idempotency-Token"] = token
        return await self.raw(route, data=dict(form), headers=sent)

    async def raw(self, route: str, *, method: str = "POST", **arguments: Any) -> Answer:
        async with self.session.request(method, f"{self.base}/api/twilio/{route}", **arguments) as response:
            return Answer(response.status, await response.text(), response.headers)

    async def ring(self, sid: str, **fields: Any) -> Answer:
        return await self.post("voice/inbound", form_of(sid, **fields))

    async def dialled(self, sid: str, status: str = "no-answer", **fields: Any) -> Answer:
        return await self.post(
            "voice/dial-complete", form_of(sid, **{"CallStatus": "in-progress", "DialCallStatus": status, **fields})
        )

    async def ended(self, sid: str, status: str = "completed", **fields: Any) -> Answer:
        return await self.post("voice/status", form_of(sid, CallStatus=status, **fields))

    async def text_in(self, sid: str, body: str = "hi", **fields: str) -> Answer:
        form = {
            "AccountSid": ACCOUNT,
            "MessageSid": sid,
            "SmsStatus": "received",
            "From": CALLER,
            "To": NUMBER,
            "Body": body,
            "NumMedia": "0",
            **fields,
        }
        return await self.post("sms/inbound", form)

    def status_route(self, organization_id: UUID, text_id: UUID) -> str:
        tag = text_tag(key=self.settings.keys.id_key, organization_id=organization_id, text_id=text_id)
        return f"sms/status?text={text_id}&tag={tag}"

    async def fetch(self, query: str, *values: Any) -> list[Any]:
        return list(await self.database.work_pool.fetch(query, *values))

    async def value(self, query: str, *values: Any) -> Any:
        return await self.database.work_pool.fetchval(query, *values)

    async def events(self, topic: str = "callsnare.inbound") -> list[Any]:
        """What lies in the outbox, since nobody carries it away."""
        rows = await self.fetch("SELECT type, payload FROM outbox WHERE aggregatetype = $1 ORDER BY seq", topic)
        found = [envelope.decode({"ce_type": row["type"]}, row["payload"]) for row in rows]
        assert all(isinstance(each, Event) for each in found), found
        return [each for each in found if isinstance(each, Event)]

    async def told(self) -> list[str]:
        return [type(each).__name__ for each in await self.events()]

    async def folded(self) -> None:
        """Until nothing is due any more."""

        async def nothing_due() -> bool:
            return bool(await self.value("SELECT count(*) FROM callbacks WHERE folded_at IS NULL") == 0)

        await eventually(nothing_due)

    async def outcomes(self) -> dict[str, str]:
        await self.folded()
        return {
            row["provider_call_id"]: row["outcome"]
            for row in await self.fetch("SELECT provider_call_id, outcome FROM calls")
        }

    async def apply(self, text: str) -> OrganizationChanged:
        return await apply_shop(
            database=self.database, keys=self.settings.keys, shop=read(text), now=system_clock(None).now(), actor="test"
        )

    def advance(self, **span: float) -> None:
        """Moves the service's clock."""
        before = float(self.clock_file.read_text()) if self.clock_file.exists() else 0.0
        self.clock_file.write_text(str(before + timedelta(**span).total_seconds()))


@asynccontextmanager
async def serving(
    addresses: DatabaseSettings, folder: Path, *, roles: frozenset[str] = BOTH, **changes: Any
) -> AsyncIterator[Service]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    clock_file = folder / "clock"
    settings = msgspec.structs.replace(
        settings_for("capture", database=addresses), http_port=port, clock_file=clock_file, **changes
    )
    async with AsyncExitStack() as stack:
        for component in await build(settings, roles):
            if isinstance(component, Loop):
                component._idle = min(component._idle, LOOK_SECONDS)
            await component.start()
            stack.push_async_callback(component.stop)
        database = await open_database(settings, size=2)
        stack.push_async_callback(database.stop)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        yield Service(
            base=f"http://127.0.0.1:{port}",
            settings=settings,
            database=database,
            session=session,
            clock_file=clock_file,
        )
