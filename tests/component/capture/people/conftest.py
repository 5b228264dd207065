"""One running capture for a module; a house and browsers for each test."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
from capture_service import Service, serving
from house import PASSWORD, House, open_house
from post_office import PostOffice, open_post_office
from visitor import Visitor

from chassis.settings import DatabaseSettings

_places = itertools.count(1)


@pytest.fixture(scope="module")
async def post() -> AsyncIterator[PostOffice]:
    async with open_post_office() as office:
        yield office


@pytest.fixture(scope="module")
async def running(
    addresses: DatabaseSettings, post: PostOffice, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    folder, quick = tmp_path_factory.mktemp("people"), {"password_memory_kib": "64", "password_rounds": "1"}
    async with serving(addresses, folder, public_url="http://localhost:8080", smtp=post.address, own=quick) as service:
        yield service


@pytest.fixture
async def house(running: Service) -> House:
    return await open_house(running)


@pytest.fixture
async def other_house(running: Service) -> House:
    return await open_house(running)


@pytest.fixture
def place() -> str:
    """Somewhere that nobody else comes from."""
    return f"198.51.100.{next(_places)}"


@pytest.fixture
async def visit(running: Service, house: House) -> AsyncIterator[Callable[..., Awaitable[Visitor]]]:
    """`await visit("nora")`: a browser in which she is signed in; without a name, nobody is. Each at a place of its own."""
    async with AsyncExitStack() as stack:

        async def visitor(name: str | None = None, *, at: House = house, **where: str) -> Visitor:
            made = Visitor(running, **{"place": f"192.0.2.{next(_places)}", **where})
            stack.push_async_callback(made.close)
            if name is not None:
                page = await made.sign_in(at.email(name), PASSWORD, follow=False)
                assert page.status == 303, page.text
            return made

        yield visitor
