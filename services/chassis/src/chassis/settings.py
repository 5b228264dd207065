"""Settings, read once: from the environment, else from the files of the laptop stack that runs here."""

import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from chassis import stripe_settings
from chassis.key_settings import read_keys
from chassis.keys import Keys
from chassis.stripe_settings import StripeSettings

LEVELS: Final = frozenset({"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"})
HIGHEST_PORT: Final = 65535


class SettingsError(Exception):
    """Names everything that is missing or wrong, at once; never shows a secret."""


class DatabaseSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Addresses of one service's database, one per role."""

    owner: str
    web: str
    work: str

    def __repr__(self) -> str:
        return "DatabaseSettings(...)"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All that a process of a service is told. `instance` names this very start."""

    service: str
    database: DatabaseSettings
    kafka: str
    keys: Keys
    http_host: str
    http_port: int
    public_url: str
    provider_hosts: tuple[str, ...]
    clock_file: Path | None
    otlp_endpoint: str | None
    log_level: str
    data: Path
    instance: str
    smtp: str | None = None
    mail_from: str | None = None
    stripe: StripeSettings | None = None
    own: Mapping[str, str] = msgspec.field(default_factory=dict)
    """What is set for this service alone: CALLSNARE_CAPTURE_BURST is `burst` of capture."""

    def __repr__(self) -> str:
        return f"Settings(service={self.service!r})"


class _Source:
    """Where values come from; remembers every problem."""

    def __init__(self, *, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.data = Path(environ.get("CALLSNARE_DATA") or ".callsnare").absolute()
        self.problems: list[str] = []
        self._facts = self._read_connections()

    def _read_connections(self) -> dict[str, Any]:
        path = self.data / "connections.json"
        try:
            facts = msgspec.json.decode(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except (OSError, msgspec.DecodeError) as error:
            self.problems.append(f"{path} cannot be read ({getattr(error, 'strerror', None) or 'it is not JSON'})")
            return {}
        return facts if isinstance(facts, dict) else {}

    @property
    def runs_here(self) -> bool:
        """Whether a stack has left its facts."""
        return bool(self._facts)

    def fact(self, *path: str) -> Any:
        """A value of connections.json, or None."""
        value: Any = self._facts
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def value(
        self, name: str, *, otherwise: Any, parse: Callable[[str], Any], meaning: str, secret: bool = False
    ) -> Any:
        """The parsed value; None after a problem was noted. A secret's text is not repeated."""
        text = str(self.environ.get(name) or otherwise or "").strip()
        if not text:
            self.problems.append(f"{name} is not set")
            return None
        try:
            return parse(text)
        except ValueError:
            self.problems.append(f"{name} is {'' if secret else repr(text) + ', '}not {meaning}")
            return None


def load(service: str, *, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of a service. Raises SettingsError with all problems in one message."""
    given = os.environ if environ is None else environ  # noqa: TID251 -- the one place
    source = _Source(environ=given)
    roles = {role: _database(source, service, role) for role in ("owner", "web", "work")}
    listen = source.value("CALLSNARE_HTTP", otherwise="127.0.0.1:0", parse=_host_and_port, meaning="host:port")
    clock = given.get("CALLSNARE_CLOCK") or source.fact("clock")
    kafka = source.value(
        "CALLSNARE_KAFKA", otherwise=source.fact("kafka"), parse=_bootstrap, meaning="host:port, or several by commas"
    )
    level = source.value("CALLSNARE_LOG", otherwise="INFO", parse=_level, meaning=f"one of {', '.join(sorted(LEVELS))}")
    keys = read_keys(service, environ=given, data=source.data, problems=source.problems)
    public_url, otlp_endpoint, smtp = _public_url(source), _otlp_endpoint(source), _smtp(source)
    stripe = stripe_settings.read(given, problems=source.problems)
    if source.problems or keys is None:
        raise SettingsError(_told(service, source))
    return Settings(
        service=service,
        database=DatabaseSettings(**roles),
        kafka=kafka,
        keys=keys,
        http_host=listen[0],
        http_port=listen[1],
        public_url=public_url,
        provider_hosts=_hosts(source),
        clock_file=Path(clock) if clock else None,
        otlp_endpoint=otlp_endpoint,
        log_level=level,
        data=source.data,
        instance=given.get("CALLSNARE_INSTANCE") or secrets.token_hex(8),
        smtp=smtp,
        mail_from=given.get("CALLSNARE_MAIL_FROM") or None,
        stripe=stripe,
        own=_own(given, service),
    )


def _own(environ: Mapping[str, str], service: str) -> dict[str, str]:
    prefix = f"CALLSNARE_{service.upper()}_"
    return {name.removeprefix(prefix).lower(): value for name, value in environ.items() if name.startswith(prefix)}


def _told(service: str, source: _Source) -> str:
    what = f"{service} cannot start"
    if not source.runs_here:
        what += f" (no stack runs on {source.data} that would tell the rest; `make up` starts one)"
    if len(source.problems) == 1:
        return f"{what}: {source.problems[0]}"
    return f"{what}:\n" + "\n".join(f"- {problem}" for problem in source.problems)


def _database(source: _Source, service: str, role: str) -> Any:
    return source.value(
        f"CALLSNARE_DATABASE_{role.upper()}",
        otherwise=source.fact("postgres", "roles", service, role),
        parse=_dsn,
        meaning="an address like postgresql://role:password@host/database",
        secret=True,
    )


def _public_url(source: _Source) -> Any:
    return source.value(
        "CALLSNARE_PUBLIC_URL",
        otherwise=source.fact("public_url") or "http://localhost:8080",
        parse=_web_address,
        meaning="an address like https://example.com",
    )


def _otlp_endpoint(source: _Source) -> str | None:
    if not source.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        return None
    told: str | None = source.value(
        "OTEL_EXPORTER_OTLP_ENDPOINT", otherwise=None, parse=_web_address, meaning="an address like http://host:4318"
    )
    return told


def _smtp(source: _Source) -> str | None:
    if not source.environ.get("CALLSNARE_SMTP"):
        return None
    told: str | None = source.value(
        "CALLSNARE_SMTP",
        otherwise=None,
        parse=_mail_server,
        meaning="an address like smtp://user:password@host:587",
        secret=True,
    )
    return told


def _hosts(source: _Source) -> tuple[str, ...]:
    text = source.environ.get("CALLSNARE_PROVIDER_HOSTS") or ",".join(source.fact("provider_hosts") or ())
    return tuple(host.strip().lower() for host in text.split(",") if host.strip())


def _dsn(text: str) -> str:
    if urlsplit(text).scheme not in ("postgresql", "postgres"):
        raise ValueError
    return text


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > HIGHEST_PORT:
        raise ValueError
    return host.strip("[]"), int(port)


def _bootstrap(text: str) -> str:
    servers = [server.strip() for server in text.split(",")]
    for server in servers:
        _host_and_port(server)
    return ",".join(servers)


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError
    return text.rstrip("/")


def _mail_server(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.port == 0:
        raise ValueError
    return text


def _level(text: str) -> str:
    if text.upper() not in LEVELS:
        raise ValueError
    return text.upper()
