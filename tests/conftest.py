"""Engines for every test: real Postgres and Kafka, started when the first test asks, one of each for the whole run."""

import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import zoneinfo
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import structlog
from browsers import installed, running_browser
from playwright.async_api import Browser
from scheduling import TogetherByFile, place
from xdist.remote import Producer

from chassis.settings import DatabaseSettings
from chassis.testing import TestDatabases
from laptop.kafka import EmbeddedKafka
from laptop.keeper import borrow, dismiss
from laptop.postgres import EmbeddedPostgres
from laptop.settings import environment, jar_cache

RUN_FOLDER = "CALLSNARE_TEST_RUN"  # set by the process that started the run, inherited by xdist's workers
RUN_OWNER = "CALLSNARE_TEST_OWNER"


def pytest_configure(config: pytest.Config) -> None:
    _close_network()
    zoneinfo.reset_tzpath(to=())  # zones come from the pinned package, never from the machine
    _log_plainly()
    if not hasattr(config, "workerinput"):
        os.environ[RUN_FOLDER] = tempfile.mkdtemp(prefix="callsnare-tests-")  # noqa: TID251 -- workers inherit it
        os.environ[RUN_OWNER] = str(os.getpid())  # noqa: TID251 -- as above


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        dismiss(folder=Path(environment()[RUN_FOLDER]))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> TogetherByFile:
    return TogetherByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: place(item.nodeid))


def _borrow(kind: str) -> str:
    values = environment()
    return borrow(kind=kind, folder=Path(values[RUN_FOLDER]), owner=int(values[RUN_OWNER]))


@pytest.fixture(scope="session")
def postgres_superuser() -> str:
    """DSN of a superuser: CALLSNARE_POSTGRES, or an embedded server that lives as long as this run."""
    return environment().get("CALLSNARE_POSTGRES") or _borrow("postgres")


@pytest.fixture(scope="module")
async def clone(postgres_superuser: str) -> AsyncIterator[Callable[[str, Path], Awaitable[DatabaseSettings]]]:
    """`await clone("booking", scripts)`: a migrated database of a module's own."""
    databases, made = TestDatabases(postgres_superuser), list[DatabaseSettings]()

    async def cloned(service: str, scripts: Path) -> DatabaseSettings:
        made.append(await databases.clone(service, scripts))
        return made[-1]

    yield cloned
    for each in made:
        await databases.drop(each)


@pytest.fixture(scope="session")
def kafka() -> str:
    """Bootstrap address with all of our topics: CALLSNARE_KAFKA, or an embedded broker that lives as long as this run."""
    return environment().get("CALLSNARE_KAFKA") or _borrow("kafka")


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all stories of this process. Where there is none, CI fails; elsewhere they are skipped."""
    path = installed()
    if path is None:
        why = "there is no Chromium here: install Debian's `chromium`, or name yours by CALLSNARE_BROWSER"
        if environment().get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    async with running_browser(path) as started:
        yield started


@pytest.fixture(scope="module")
def own_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server of this module's own, running: to be killed, stopped and started again as the tests like."""
    server = EmbeddedPostgres(folder=tmp_path_factory.mktemp("postgres"), environment=environment())
    server.start()
    yield server
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def kafka_jars() -> Path:
    """Where Kafka's jars are; a process of its own fetches them, since the network is closed in this one."""
    subprocess.run([sys.executable, "-m", "laptop", "fetch"], check=True, timeout=600)
    return jar_cache()


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory, kafka_jars: Path) -> Iterator[EmbeddedKafka]:
    """A broker of this module's own, running, without topics (`laptop.topics.ensure` makes them)."""
    broker = EmbeddedKafka(folder=tmp_path_factory.mktemp("kafka"), cache=kafka_jars, environment=environment())
    broker.start()
    yield broker
    broker.stop()
    shutil.rmtree(broker.folder, ignore_errors=True)


def _log_plainly() -> None:
    """structlog's own tracebacks show every local value: a second of work while a test's deadline runs."""
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, plain])


def _close_network() -> None:
    """Only loopback can be reached: a test that needs the outside world is wrong."""
    for name in ("connect", "connect_ex"):
        setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))


def _guarded(original: Callable[[socket.socket, object], object]) -> Callable[[socket.socket, object], object]:
    def connect(self: socket.socket, address: object) -> object:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address):
            raise RuntimeError(f"the network is closed in tests: {address!r}")
        return original(self, address)

    return connect


def _is_loopback(address: object) -> bool:
    host = str(address[0]) if isinstance(address, tuple) else ""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"
