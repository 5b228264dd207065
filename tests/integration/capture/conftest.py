"""A database of this module's own, empty at the start of each test, and nothing that runs."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from capture_service import SCRIPTS, TABLES, shop_text
from settings_changes import Desk

from capture.app.apply_shop import apply_shop
from capture.app.change_settings import ChangeSettings
from capture.app.directory import Directory
from capture.app.fold_callbacks import FoldCallbacks
from capture.app.shop_file import read
from capture.settings import CaptureSettings
from chassis.database import Database, open_database
from chassis.settings import DatabaseSettings, Settings
from chassis.testing import FixedClock, settings_for
from contracts.organizations import OrganizationChanged

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
async def addresses(clone: Callable[..., Awaitable[DatabaseSettings]]) -> DatabaseSettings:
    return await clone("capture", SCRIPTS)


@pytest.fixture
def settings(addresses: DatabaseSettings) -> Settings:
    return settings_for("capture", database=addresses)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = await open_database(settings)
    async with opened.work() as transaction:
        for table in reversed(TABLES.split(", ")):
            await transaction.execute(f"DELETE FROM {table}")
    yield opened
    await opened.stop()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


class Shops:
    """Applies shop files as the command does."""

    def __init__(self, database: Database, settings: Settings, clock: FixedClock) -> None:
        self._database, self._settings, self._clock = database, settings, clock

    async def apply(self, text: str) -> OrganizationChanged:
        return await apply_shop(
            database=self._database, keys=self._settings.keys, shop=read(text), now=self._clock.now(), actor="test"
        )


@pytest.fixture
def shops(database: Database, settings: Settings, clock: FixedClock) -> Shops:
    return Shops(database, settings, clock)


@pytest.fixture
async def fold(database: Database, settings: Settings, clock: FixedClock) -> FoldCallbacks:
    """Knows no shop: modes are the common ones, and everything counts."""
    directory = Directory(database=database, keys=settings.keys)
    return FoldCallbacks(
        database=database, directory=directory, clock=clock, keys=settings.keys, settings=CaptureSettings()
    )


@pytest.fixture
async def desk(shops: Any, database: Database, settings: Settings, clock: FixedClock) -> Desk:
    shop = await shops.apply(shop_text())
    return Desk(ChangeSettings(database=database, keys=settings.keys), shop, clock)
