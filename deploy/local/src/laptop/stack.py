"""The parts of the laptop stack and what each is told. Where they are in the order is `laptop.up`'s business."""

import secrets
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from contracts.topics import SERVICES
from laptop.engine import Engine
from laptop.folders import write_whole
from laptop.ports import LOOPBACK
from laptop.process import Program
from laptop.roles import ServiceDatabase
from laptop.supervisor import Part
from laptop.web import get

CARRIER, HEALTH = "carrier", "health"
NOBODY_WAITS_FOR = ("reminders", "proof")
STANDS_BACK = 5
"""On few cores a text goes before what is written down of it."""
PORT_NAMES = (*SERVICES, CARRIER, HEALTH)
HANDED_OVER = ("OTEL_", "STRIPE_", "CALLSNARE_")  # settings that people give the stack as a whole
PLAIN = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True, kw_only=True)
class Stack:
    """`commands` is the folder of the installed commands: capture, messaging, ..., carrier."""

    data: Path
    public_url: str
    ports: Mapping[str, int]
    kafka: str
    databases: Mapping[str, ServiceDatabase]
    secret_key: str = field(repr=False)
    provider_hosts: tuple[str, ...]
    clock: str | None
    carrier_accounts: str = field(repr=False)
    given: Mapping[str, str] = field(repr=False)
    commands: Path = Path(sys.executable).parent

    def url(self, name: str) -> str:
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def service(self, name: str) -> Part:
        return self._web_part(name, lambda nonce: self._service_program(name, "serve", nonce))

    def migration(self, name: str) -> Program:
        return self._service_program(name, "migrate", "migrate")

    def apply(self, shop_file: Path) -> Program:
        program = self._service_program("capture", "apply", "apply")
        return Program(name="demo shop", argv=[*program.argv, str(shop_file)], environment=program.environment)

    def carrier(self) -> Part:
        return self._web_part(CARRIER, self._carrier_program)

    def health(self) -> Part:
        return self._web_part(HEALTH, self._health_program)

    def _web_part(self, name: str, program: Callable[[str], Program]) -> Part:
        return Part(name=name, program=program, ready=_answers_with_nonce(f"{self.url(name)}/health/ready"))

    def _service_program(self, name: str, verb: str, nonce: str) -> Program:
        database = self.databases[name]
        own = {
            "CALLSNARE_DATABASE_OWNER": database.owner,
            "CALLSNARE_DATABASE_WEB": database.web,
            "CALLSNARE_DATABASE_WORK": database.work,
        }
        return Program(
            name=name if verb == "serve" else f"{name} {verb}",
            argv=[str(self.commands / name), verb],
            environment={**self._common(name, nonce), **own},
            niceness=STANDS_BACK if name in NOBODY_WAITS_FOR else 0,
        )

    def _common(self, name: str, nonce: str) -> dict[str, str]:
        values = {key: text for key, text in self.given.items() if key.startswith(HANDED_OVER) or key in PLAIN}
        values |= {
            "CALLSNARE_DATA": str(self.data),
            "CALLSNARE_KAFKA": self.kafka,
            "CALLSNARE_PUBLIC_URL": self.public_url,
            "CALLSNARE_PROVIDER_HOSTS": ",".join(self.provider_hosts),
            "CALLSNARE_SECRET_KEY": self.secret_key,
            "CALLSNARE_HTTP": f"{LOOPBACK}:{self.ports[name]}",
            "CALLSNARE_INSTANCE": nonce,
            "PYTHONTZPATH": "",  # zones come from the pinned package, never from the machine
            "PYTHONUNBUFFERED": "1",
        }
        return values | ({"CALLSNARE_CLOCK": self.clock} if self.clock else {})

    def _carrier_program(self, nonce: str) -> Program:
        values = self._common(CARRIER, nonce)
        values |= {"CARRIER_ACCOUNTS": self.carrier_accounts, "CARRIER_PUBLIC_BASE": self.public_url}
        values |= {"CARRIER_HTTP": f"{LOOPBACK}:{self.ports[CARRIER]}"}
        return Program(name=CARRIER, argv=[str(self.commands / CARRIER), "serve"], environment=values)

    def _health_program(self, nonce: str) -> Program:
        asked = [f"{name}={self.url(name)}" for name in SERVICES]
        return Program(
            name=HEALTH,
            argv=[sys.executable, "-m", "laptop.health", f"{LOOPBACK}:{self.ports[HEALTH]}", nonce, *asked],
            environment={key: text for key, text in self.given.items() if key in PLAIN},
            stop_seconds=5,
        )

    def upstreams(self) -> dict[str, str]:
        return {name: self.url(name) for name in PORT_NAMES}


def engine_part(engine: Engine) -> Part:
    async def ready(pid: int, _nonce: str) -> bool:
        return await engine.ready(pid=pid)

    return Part(
        name=engine.title.lower(),
        program=lambda _: engine.program(),
        ready=ready,
        prepare=engine.prepare,
        launched=engine.launched,
    )


def root_secret(*, data: Path, given: Mapping[str, str]) -> str:
    """From it all keys derive on a laptop: 64 hexadecimal characters, generated once."""
    if chosen := given.get("CALLSNARE_SECRET_KEY"):
        return chosen
    path = data / "secret_key"
    if not path.exists():
        write_whole(path=path, text=secrets.token_hex(32) + "\n")
    return path.read_text().strip()


def host_of(url: str) -> str:
    return urlsplit(url).hostname or ""


def _answers_with_nonce(url: str) -> Callable[[int, str], Awaitable[bool]]:
    async def ready(_pid: int, nonce: str) -> bool:
        answer = await get(url=url, seconds=5)
        told = answer.json if answer is not None and answer.status == 200 else None  # noqa: PLR2004 -- HTTP's number
        return isinstance(told, dict) and told.get("instance") == nonce

    return ready
