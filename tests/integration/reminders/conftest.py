"""A database of its own for each test module."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

import reminders
from chassis.cli import scripts_of
from chassis.database import Database, open_database
from chassis.settings import DatabaseSettings
from chassis.testing import settings_for


@pytest.fixture(scope="module")
async def database(clone: Callable[..., Awaitable[DatabaseSettings]]) -> AsyncIterator[Database]:
    addresses = await clone("reminders", scripts_of(reminders.__file__))
    opened = await open_database(settings_for("reminders", database=addresses), size=4)
    yield opened
    await opened.stop()
