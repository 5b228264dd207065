"""`callsnare up`: the whole stack on this machine, in order, until it is told to stop."""

import asyncio
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from aiokafka.errors import KafkaError

from contracts.topics import SERVICES
from laptop import demo, ports, roles, topics
from laptop.connections import FILE as CONNECTIONS
from laptop.connections import Connections
from laptop.console import Console
from laptop.errors import LaptopError
from laptop.folders import FolderLock, read_json, require_space
from laptop.front_door import front_door
from laptop.kafka import EmbeddedKafka
from laptop.postgres import EmbeddedPostgres
from laptop.settings import jar_cache
from laptop.stack import PORT_NAMES, Stack, engine_part, root_secret
from laptop.supervisor import Supervisor

DEFAULT_PORT = 8080
STOPPING_SECONDS = 3.0


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the person asked for, read once from the environment."""

    data: Path
    port: int
    public_url: str
    postgres: str | None = field(repr=False)
    kafka: str | None
    demo: bool
    clock: str | None
    provider_hosts: tuple[str, ...]
    given: Mapping[str, str] = field(repr=False)
    commands: Path = Path(sys.executable).parent


def wishes(*, given: Mapping[str, str], root: Path, commands: Path | None = None) -> Wishes:
    """Relative folders count from `root`; `commands` is the folder of the services' commands, this environment's."""
    text = given.get("CALLSNARE_PORT", str(DEFAULT_PORT))
    if not text.isdigit() or not 0 < int(text) < 65536:  # noqa: PLR2004 -- ports end there
        raise LaptopError(f"CALLSNARE_PORT is {text!r}; it must be a number between 1 and 65535")
    hosts = tuple(filter(None, given.get("CALLSNARE_PROVIDER_HOSTS", ports.LOOPBACK).split(",")))
    return Wishes(
        data=(root / given.get("CALLSNARE_DATA", ".callsnare")).absolute(),
        port=int(text),
        public_url=given.get("CALLSNARE_PUBLIC_URL", f"http://localhost:{text}").rstrip("/"),
        postgres=given.get("CALLSNARE_POSTGRES") or None,
        kafka=given.get("CALLSNARE_KAFKA") or None,
        demo=given.get("CALLSNARE_DEMO", "0") == "1",
        clock=given.get("CALLSNARE_CLOCK") or None,
        provider_hosts=hosts,
        given=given,
        commands=commands or Path(sys.executable).parent,
    )


def up(*, wanted: Wishes) -> int:
    """Returns the exit code. One stack per data folder."""
    wanted.data.mkdir(parents=True, exist_ok=True, mode=0o711)  # files inside are closed one by one
    lock = FolderLock(wanted.data / "lock")
    if not lock.take(seconds=STOPPING_SECONDS):
        known = read_json(path=wanted.data / CONNECTIONS) or {}
        place = known.get("front_door", "an address it will print")
        print(f"already running at {place} (process {known.get('supervisor_pid', '?')})")  # noqa: T201
        return 0
    shutil.rmtree(wanted.data / "hold", ignore_errors=True)  # a test that was killed may have held a part down
    try:
        require_space(folder=wanted.data, mebibytes=500)
        ports.require_front(port=wanted.port)
        console = Console(file=wanted.data / "log", environment=wanted.given)
        with closing(console):
            return asyncio.run(_Up(wanted=wanted, console=console).run())
    except LaptopError as error:
        print(f"callsnare: {error}", file=sys.stderr)  # noqa: T201
        return 1
    finally:
        lock.release()


class _Up:
    def __init__(self, *, wanted: Wishes, console: Console) -> None:
        self.wanted = wanted
        self.console = console
        self.supervisor = Supervisor(console=console, hold=wanted.data / "hold")
        self.begun = time.monotonic()

    async def run(self) -> int:
        told_to_stop = asyncio.Event()
        at_once = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, _asked, told_to_stop, at_once)
        starting = asyncio.create_task(self._start())
        waiting = asyncio.create_task(told_to_stop.wait())
        try:
            await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if not told_to_stop.is_set():
                await starting  # raises what went wrong
                await waiting
            return 0
        finally:
            self.console.say("stopping")
            starting.cancel()
            stopping = asyncio.create_task(self.supervisor.stop())
            impatient = asyncio.create_task(at_once.wait())
            await asyncio.wait({stopping, impatient}, return_when=asyncio.FIRST_COMPLETED)
            if not stopping.done():
                stopping.cancel()
                await self.supervisor.stop(at_once=True)
            impatient.cancel()
            self.console.say("stopped")

    async def _start(self) -> None:
        superuser, kafka = await self._engines()
        stack = self._stack(superuser, kafka)
        self._write_connections(stack, superuser)
        self.console.say("preparing databases and topics")
        secrets_of = roles.passwords(path=self.wanted.data / "roles.json")
        await asyncio.gather(self._databases(stack, superuser, secrets_of), _topics(kafka))
        self.console.say("starting the services")
        await self.supervisor.start(*map(stack.service, SERVICES), stack.carrier(), stack.health())
        door = front_door(
            port=self.wanted.port,
            upstreams=stack.upstreams(),
            folder=self.wanted.data,
            environment=self.wanted.given,
        )
        await self.supervisor.start(door)
        if self.wanted.demo:
            await self._demo(stack)
        self._announce(stack)

    async def _engines(self) -> tuple[str, str]:
        """Superuser's DSN and bootstrap: yours where given, else embedded ones, started side by side."""
        wanted, parts = self.wanted, []
        postgres = EmbeddedPostgres(folder=wanted.data / "postgres", environment=wanted.given, say=self.console.say)
        kafka = EmbeddedKafka(
            folder=wanted.data / "kafka", cache=jar_cache(wanted.given), environment=wanted.given, say=self.console.say
        )
        parts += [] if wanted.postgres else [engine_part(postgres)]
        parts += [] if wanted.kafka else [engine_part(kafka)]
        if parts:
            self.console.say(f"starting {' and '.join(part.name for part in parts)}")
            await self.supervisor.start(*parts)
        return wanted.postgres or postgres.dsn(), wanted.kafka or kafka.bootstrap

    def _stack(self, superuser: str, kafka: str) -> Stack:
        data = self.wanted.data
        shop = demo.load_or_create(data=data)
        return Stack(
            data=data,
            public_url=self.wanted.public_url,
            ports=ports.kept(path=data / "ports.json", names=PORT_NAMES),
            kafka=kafka,
            databases=roles.addresses(superuser=superuser, secrets_of=roles.passwords(path=data / "roles.json")),
            secret_key=root_secret(data=data, given=self.wanted.given),
            provider_hosts=self.wanted.provider_hosts,
            clock=self.wanted.clock,
            carrier_accounts=json.dumps(
                [{"account": shop.account, "secret": shop.secret, "numbers": [{"number": demo.NUMBER}]}]
            ),
            given=self.wanted.given,
            commands=self.wanted.commands,
        )

    def _write_connections(self, stack: Stack, superuser: str) -> None:
        Connections(
            front_door=f"http://localhost:{self.wanted.port}",
            public_url=stack.public_url,
            instance=f"{os.getpid()}-{time.time_ns()}",
            supervisor_pid=os.getpid(),
            carrier=stack.url("carrier"),
            services={name: stack.url(name) for name in SERVICES},
            kafka=stack.kafka,
            superuser=superuser,
            databases=stack.databases,
            provider_hosts=stack.provider_hosts,
            clock=stack.clock,
        ).write(data=stack.data)

    async def _databases(self, stack: Stack, superuser: str, secrets_of: Mapping[str, str]) -> None:
        try:
            await roles.ensure(superuser=superuser, secrets_of=secrets_of)
        except (OSError, asyncpg.PostgresError) as error:
            raise LaptopError(f"Postgres does not do as it is asked: {error}; look at CALLSNARE_POSTGRES") from error
        await asyncio.gather(*(self.supervisor.job(program=stack.migration(name)) for name in SERVICES))

    async def _demo(self, stack: Stack) -> None:
        shop = demo.load_or_create(data=stack.data)
        path = demo.write_shop_file(data=stack.data, shop=shop, carrier=stack.url("carrier"))
        await self.supervisor.job(program=stack.apply(path))

    def _announce(self, stack: Stack) -> None:
        address = f"http://localhost:{self.wanted.port}"
        self.console.say(f"everything is up after {time.monotonic() - self.begun:.1f} s")
        self.console.plain(f"ready {address}")
        shop = demo.load_or_create(data=self.wanted.data)
        if not self.wanted.demo:
            say = self.console.plain
            say("start .venv/bin/capture invite-owner --organization-name 'Your shop' --email you@example.com")
            say("      prints the link by which its owner comes in and sets it up")
            say(f"phone {address}/phone is the stand-in carrier's: account {shop.account}, auth token {shop.secret},")
            say(f"      number {demo.NUMBER}, address of its API {stack.url('carrier')}")
        if self.wanted.demo:
            self.console.plain(f"phone {address}/phone")
            self.console.plain(
                f"desk  {address}/sign-in with {shop.owner_email} and {shop.owner_password} (unless you changed it there)"
            )
            self.console.plain(
                "try   press Ring the shop on the phone page and let it ring out: the text comes to that phone"
            )
        self.console.plain("stop  Ctrl-C; data stays in " + str(self.wanted.data))


async def _topics(bootstrap: str) -> None:
    try:
        await topics.ensure(bootstrap=bootstrap)
    except KafkaError as error:
        raise LaptopError(
            f"Kafka at {bootstrap} does not do as it is asked: {error}; look at CALLSNARE_KAFKA"
        ) from error


def _asked(told_to_stop: asyncio.Event, at_once: asyncio.Event) -> None:
    """A second Ctrl-C does not wait for anybody."""
    if told_to_stop.is_set():
        at_once.set()
    told_to_stop.set()
