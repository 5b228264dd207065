"""The outbound client against a server of its own, which stands for whatever others may choose."""

import gzip
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from chassis.outbound import NotAllowedError, OutboundClient, OutboundError


@pytest.fixture
async def place() -> AsyncIterator[str]:
    async def echo(request: web.Request) -> web.Response:
        return web.json_response({"login": request.headers.get("authorization"), "method": request.method})

    async def bomb(_request: web.Request) -> web.Response:
        return web.Response(body=gzip.compress(b"0" * 5_000_000), headers={"content-encoding": "gzip"})

    async def onward(request: web.Request) -> web.Response:
        return web.Response(status=int(request.query.get("status", "302")), headers={"location": request.query["to"]})

    async def endless(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"location": str(request.url)})

    async def vanish(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    app = web.Application()
    for path, handler in {
        "/echo": echo,
        "/bomb": bomb,
        "/onward": onward,
        "/endless": endless,
        "/vanish": vanish,
    }.items():
        app.router.add_route("*", path, handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    yield f"http://127.0.0.1:{port}"
    await runner.cleanup()


@pytest.fixture
async def client() -> AsyncIterator[OutboundClient]:
    client = OutboundClient(provider_hosts=("127.0.0.1",))
    await client.start()
    yield client
    await client.stop()


@pytest.fixture
async def strict() -> AsyncIterator[OutboundClient]:
    """As in production: no host is listed."""
    client = OutboundClient()
    await client.start()
    yield client
    await client.stop()


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest/meta-data", "https://10.0.0.1", "https://localhost/",
        "https://0x7f000001/", "https://2130706433/", "https://127.1/", "http://1.1.1.1/", "https://user:pw@1.1.1.1/", "file:///etc/passwd",
        "gopher://1.1.1.1", "//1.1.1.1", "https://", "not an address", "", "https://[broken",
    ],
)  # fmt: skip
async def test_inside_without_tls_or_not_an_address_is_refused(strict: OutboundClient, url: str) -> None:
    with pytest.raises(NotAllowedError):
        await strict.fetch(url)


async def test_a_listed_host_is_asked_with_its_secrets(client: OutboundClient, place: str) -> None:
    fetched = await client.fetch(f"{place}/echo", secrets={"authorization": "Basic x"})
    assert fetched.status == 200
    assert b'"login": "Basic x"' in fetched.body
    assert fetched.headers["content-type"].startswith("application/json")


async def test_a_redirect_within_the_origin_keeps_secrets(client: OutboundClient, place: str) -> None:
    fetched = await client.fetch(f"{place}/onward?to=/echo", secrets={"authorization": "Basic x"})
    assert b"Basic x" in fetched.body


async def test_a_redirect_to_another_origin_loses_them(client: OutboundClient, place: str) -> None:
    app = web.Application()

    async def echo(request: web.Request) -> web.Response:
        return web.json_response({"login": request.headers.get("authorization")})

    app.router.add_get("/echo", echo)
    other = web.AppRunner(app)
    await other.setup()
    await web.TCPSite(other, "127.0.0.1", 0).start()
    elsewhere = f"http://127.0.0.1:{other.addresses[0][1]}/echo"
    fetched = await client.fetch(f"{place}/onward?to={elsewhere}", secrets={"authorization": "Basic x"})
    await other.cleanup()
    assert b'"login": null' in fetched.body


async def test_a_redirect_to_the_inside_is_refused(client: OutboundClient, place: str) -> None:
    for inside in ("https://10.0.0.1/", "http://localhost/", "https://169.254.169.254/", "file:///etc/passwd"):
        with pytest.raises(NotAllowedError):
            await client.fetch(f"{place}/onward?to={inside}")


async def test_a_redirect_that_does_not_keep_the_method_becomes_a_get(client: OutboundClient, place: str) -> None:
    asked = f"{place}/onward?to=/echo"
    assert b'"GET"' in (await client.fetch(f"{asked}&status=303", method="POST", body=b"x")).body
    assert b'"POST"' in (await client.fetch(f"{asked}&status=307", method="POST", body=b"x")).body


async def test_redirects_without_end_are_left(client: OutboundClient, place: str) -> None:
    with pytest.raises(OutboundError, match="without end"):
        await client.fetch(f"{place}/endless")


async def test_what_is_too_large_is_left_also_when_it_comes_packed(client: OutboundClient, place: str) -> None:
    with pytest.raises(NotAllowedError, match="larger than 1000000"):
        await client.fetch(f"{place}/bomb", largest=1_000_000)


async def test_a_lost_answer_and_a_closed_port_may_be_tried_again(client: OutboundClient, place: str) -> None:
    for url in (f"{place}/vanish", "http://127.0.0.1:1/"):
        with pytest.raises(OutboundError) as caught:
            await client.fetch(url)
        assert not isinstance(caught.value, NotAllowedError)
