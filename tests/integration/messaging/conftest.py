"""Messaging without Kafka: a real database, shops in it, and the pages of their desks."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from desks import Desks
from homeowners import unused_number
from messaging_shop import NOON, Shop
from office_desk import OfficeDesk, OfficePages
from playwright.async_api import Browser

from chassis.cli import scripts_of
from chassis.database import Database, open_database
from chassis.settings import DatabaseSettings
from chassis.testing import FixedClock, settings_for
from messaging import __main__ as command


@pytest.fixture(scope="module")
async def address(clone: Callable[..., Awaitable[DatabaseSettings]]) -> DatabaseSettings:
    return await clone("messaging", scripts_of(command.__file__))


@pytest.fixture(scope="module")
async def database(address: DatabaseSettings) -> AsyncIterator[Database]:
    opened = await open_database(settings_for("messaging", database=address))
    yield opened
    await opened.stop()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def open_shop(database: Database, address: DatabaseSettings, clock: FixedClock) -> Callable[..., Shop]:
    def make(**changes: Any) -> Shop:
        return Shop(database=database, address=address, clock=clock, **changes)

    return make


@pytest.fixture
def shop(open_shop: Callable[..., Shop]) -> Shop:
    """Live, always open, answers at night."""
    return open_shop()


@pytest.fixture
def caller() -> str:
    """Nobody else's number in this run."""
    return unused_number()


@pytest.fixture
async def pages(shop: Shop) -> AsyncIterator[OfficePages]:
    served = OfficePages(OfficeDesk(shop))
    await served.start()
    yield served
    await served.stop()


@pytest.fixture
async def desks(shop: Shop, browser: Browser) -> AsyncIterator[Desks]:
    opened = Desks(OfficeDesk(shop))
    await opened.open(browser)
    yield opened
    await opened.browsers.close()
    await opened.stop()
