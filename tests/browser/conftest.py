"""A browser and a running stack for all stories; each story has an office of its own."""

import itertools
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browsers import MEMBERS, PASSWORD, Office
from carrier_client import Shop
from discretion import discreet
from playwright.async_api import Browser
from running_stack import RunningStack

_lines = itertools.count(1)


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """Shared by all stories here; its logs are read at the end."""
    with discreet(tmp_path_factory.mktemp("stack"), {}) as running:
        yield running


@pytest.fixture
async def open_office(
    stack: RunningStack, browser: Browser, tmp_path: Path
) -> AsyncIterator[Callable[..., Awaitable[Office]]]:
    """`await open_office(automation="preview")`: a shop with an owner, an admin and an agent, with these keys changed."""
    opened: list[Office] = []

    async def office(**changes: Any) -> Office:
        slug = f"shop-{secrets.token_hex(4)}"
        shop = Shop(stack, slug, f"+1312557{next(_lines):04d}")
        members = [{**each, "email": f"{each['email']}@{slug}.example", "password": PASSWORD} for each in MEMBERS]
        shop.open(tmp_path, **{"members": members, **changes})
        base = stack.front_door.replace("127.0.0.1", "localhost")
        opened.append(Office(shop=shop, browser=browser, base=base))
        return opened[-1]

    yield office
    for each in opened:
        await each.close()


@pytest.fixture
async def office(open_office: Callable[..., Awaitable[Office]]) -> Office:
    return await open_office()
