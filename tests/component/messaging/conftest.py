"""The service as a process of its own, with real Kafka and Postgres, and an account at a carrier on loopback."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import get_args
from uuid import UUID

import asyncpg
import pytest
from aiohttp import web
from aiokafka import AIOKafkaProducer

from chassis import ids
from chassis.cli import scripts_of
from chassis.keys import derive_keys, seal
from chassis.settings import DatabaseSettings
from chassis.testing import eventually
from contracts import envelope, topics
from contracts.base import Event
from contracts.inbound import CallMissed
from contracts.organizations import FirstReply, OrganizationChanged, ProviderAccount, Span, TrackedNumber, Weekday
from contracts.watermarks import StreamHeard
from messaging import __main__ as command

ROOT = b"\x07" * 32
LINE = "+13125550123"
START_SECONDS = 40


class Account:
    """Twilio's Messages resource as far as the sender needs it. `accepts` and `answers` may be taken away."""

    def __init__(self) -> None:
        self.address = ""
        self.posts: list[dict[str, str]] = []
        self.taken: list[dict[str, str]] = []
        self.accepts = True
        self.answers = asyncio.Event()
        self.answers.set()

    async def create(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.posts.append(form)
        sid = f"SM{ids.new_id().hex}"
        if self.accepts:
            now = datetime.now(UTC)  # noqa: TID251 -- a carrier has a clock of its own
            self.taken.append(
                {
                    "sid": sid,
                    "date_created": format_datetime(now),
                    "from": form["From"],
                    "to": form["To"],
                    "body": form["Body"],
                }
            )
        await self.answers.wait()
        return web.json_response({"sid": sid, "status": "queued"}, status=201)

    async def listed(self, request: web.Request) -> web.Response:
        wanted = (request.query["From"], request.query["To"])
        return web.json_response({"messages": [each for each in self.taken if (each["from"], each["to"]) == wanted]})

    def texts_to(self, number: str) -> list[str]:
        return [each["body"] for each in self.taken if each["to"] == number]


class Process:
    """`messaging serve`, and Kafka as capture would fill it."""

    def __init__(self, *, database: DatabaseSettings, kafka: str, folder: Path, account: Account) -> None:
        self.database, self.kafka, self.folder, self.account = database, kafka, folder, account
        self.organization = ids.new_id()
        self.slug = f"shop-{self.organization.hex[-12:]}"
        self.offset = timedelta()
        self._clock = folder / "clock"
        self._running: subprocess.Popen[bytes] | None = None
        self._producer: AIOKafkaProducer | None = None
        self._beating: asyncio.Task[None] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"], "PYTHONTZPATH": "", "CALLSNARE_DATABASE_OWNER": self.database.owner, "CALLSNARE_DATABASE_WEB": self.database.web,  # noqa: TID251 -- a child's
            "CALLSNARE_DATABASE_WORK": self.database.work, "CALLSNARE_KAFKA": self.kafka, "CALLSNARE_HTTP": "127.0.0.1:0", "CALLSNARE_SECRET_KEY": ROOT.hex(),
            "CALLSNARE_PUBLIC_URL": "http://callsnare.test", "CALLSNARE_PROVIDER_HOSTS": "127.0.0.1", "CALLSNARE_CLOCK": str(self._clock),
            "CALLSNARE_DATA": str(self.folder),
        }  # fmt: skip

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self._running = subprocess.Popen(
                [str(Path(sys.executable).with_name("messaging")), "serve"],
                env=self.environment,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )

    def kill(self) -> None:
        """Without a word of warning."""
        assert self._running is not None
        self._running.send_signal(signal.SIGKILL)
        self._running.wait(10)

    async def stop(self) -> int:
        """As a supervisor asks for it."""
        assert self._running is not None
        self._running.terminate()
        return await asyncio.to_thread(self._running.wait, 30)

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """One of the service's commands."""
        return subprocess.run(
            [str(Path(sys.executable).with_name("messaging")), *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    async def open(self) -> None:
        self._producer = AIOKafkaProducer(bootstrap_servers=self.kafka)
        await self._producer.start()
        await self._send(topics.ORGANIZATIONS.name, self._snapshot())
        self._beating = asyncio.create_task(self._beat())

    async def close(self) -> None:
        if self._beating is not None:
            self._beating.cancel()
            with suppress(asyncio.CancelledError):
                await self._beating
        if self._running is not None and self._running.poll() is None:
            self.kill()
        if self._producer is not None:
            await self._producer.stop()

    def pass_time(self, **span: float) -> None:
        """Moves the service's clock on; capture goes with it."""
        self.offset += timedelta(**span)
        self._clock.write_text(str(self.offset.total_seconds()))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset  # noqa: TID251 -- the service's own clock, as this test sets it

    def missed(self, number: str) -> CallMissed:
        now = self.now()
        who = ids.homeowner_id(key=derive_keys(ROOT).id_key, organization_id=self.organization, number=number)
        return CallMissed(
            event_id=ids.new_id(), organization_id=self.organization, organization_version=1, occurred_at=now, homeowner_id=who, call_id=ids.new_id(), provider="twilio",
            provider_call_id="CA1", tracked_number=LINE, homeowner_number=number, started_at=now - timedelta(seconds=20), ended_at=now, reason="no_answer",
        )  # fmt: skip

    async def hears(self, *events: Event) -> None:
        await asyncio.gather(*[self._send(topics.INBOUND.name, event) for event in events])

    async def states(self) -> dict[str, int]:
        """How many texts of this shop are in which state."""
        rows = await self._fetch("SELECT state, count(*) FROM texts WHERE organization_id = $1 GROUP BY 1")
        return {row["state"]: row["count"] for row in rows}

    async def reaches(self, **states: int) -> None:
        async def there() -> bool:
            found = await self.states()
            assert found == states, f"{found}\n{self.log[-3000:]}"
            return True

        await eventually(there, timeout=START_SECONDS, every=0.05)

    async def _fetch(self, query: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.database.work)
        try:
            return list(await connection.fetch(query, self.organization))
        finally:
            await connection.close()

    def _snapshot(self) -> OrganizationChanged:
        always: dict[Weekday, tuple[Span, ...]] = {day: (Span(start=0, end=1440),) for day in get_args(Weekday)}
        secret = f"mark.{seal(derive_keys(ROOT).messaging_seal_public, 'secret')}"
        return OrganizationChanged(
            event_id=ids.new_id(), organization_id=self.organization, organization_version=1, occurred_at=self.now(), slug=self.slug, name="Northside Heating & Air",
            zone="America/Chicago", state="IL", hours=always, automation="live", first_reply=FirstReply(at_night="send"),
            numbers=(TrackedNumber(number=LINE, provider="twilio", account="AC1", segments_per_second=1000),),
            providers=(ProviderAccount(kind="twilio", account="AC1", api=self.account.address, sealed_secret=secret),),
        )  # fmt: skip

    async def _send(self, topic: str, event: Event, *, partition: int | None = None) -> None:
        assert self._producer is not None
        record = envelope.encode(event, source="capture")
        headers = [(name, value.encode()) for name, value in record.headers.items()]
        await self._producer.send_and_wait(
            topic, key=record.key, value=record.value, headers=headers, partition=partition
        )

    async def _beat(self) -> None:
        """Watermarks, as capture's relay sends them."""
        while True:
            for partition in range(topics.INBOUND.partitions):
                mark = StreamHeard(
                    event_id=ids.new_id(), organization_id=UUID(int=0), occurred_at=self.now(), topic=topics.INBOUND.name, partition=partition, heard_until=self.now()
                )  # fmt: skip
                await self._send(topics.INBOUND.name, mark, partition=partition)
            await asyncio.sleep(1)


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    served = Account()
    application = web.Application()
    application.router.add_post("/2010-04-01/Accounts/AC1/Messages.json", served.create)
    application.router.add_get("/2010-04-01/Accounts/AC1/Messages.json", served.listed)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield served
    served.answers.set()
    await runner.cleanup()


@pytest.fixture(scope="module")
async def database(clone: Callable[..., Awaitable[DatabaseSettings]]) -> DatabaseSettings:
    return await clone("messaging", scripts_of(command.__file__))


@pytest.fixture
async def messaging(database: DatabaseSettings, kafka: str, tmp_path: Path, account: Account) -> AsyncIterator[Process]:
    """A shop that messaging hears of; not started yet."""
    async with AsyncExitStack() as stack:
        process = Process(database=database, kafka=kafka, folder=tmp_path, account=account)
        await process.open()
        stack.push_async_callback(process.close)
        yield process
