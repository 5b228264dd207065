"""The HTTP side as a client meets it, over a real socket."""

import asyncio
import socket
import statistics
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from litestar import get, post
from litestar.params import FromPath, JSONBody
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from chassis.answers import SECURITY_HEADERS
from chassis.http import HttpServer, Problem, create_http
from chassis.server import ListenError
from chassis.settings import DatabaseSettings
from chassis.testing import settings_for

NOWHERE = DatabaseSettings(owner="", web="", work="")
SETTINGS = settings_for("sample", database=NOWHERE, kafka="127.0.0.1:1")
state: dict[str, str | Exception] = {}


@get("/broken/{lead:str}")
async def broken(lead: FromPath[str]) -> str:
    raise ValueError(f"{lead} rang from +13125550123")


@get("/away")
async def away() -> str:
    raise ConnectionRefusedError


@get("/gone")
async def gone() -> str:
    raise Problem(409, kind="slot-taken", detail="Pick another.", headers={"retry-after": "1"}, more={"slots": [1]})


@post("/count")
async def count(data: JSONBody[dict[str, int]]) -> dict[str, int]:
    return data


@get("/slow")
async def slow() -> str:
    await asyncio.sleep(0.3)
    return "done"


async def _check() -> str:
    told = state.get("kafka", "ok")
    if isinstance(told, Exception):
        raise told
    return told


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    state.clear()
    app = create_http(
        settings=SETTINGS, checks={"kafka": _check}, route_handlers=[broken, away, gone, count, slow], largest_body=1000
    )
    server = HttpServer(app, host="127.0.0.1", port=0)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(server: HttpServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(server.url) as client:
        yield client


async def _problem(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    assert answer.content_type == "application/problem+json"
    body: dict[str, Any] = await answer.json(content_type=None)
    assert body["status"] == answer.status
    return body


def _counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"callsnare_{name}", labels) or 0


async def test_an_error_nobody_foresaw_tells_the_caller_a_reference_and_nothing_else(
    client: aiohttp.ClientSession,
) -> None:
    before = _counted("http_unexpected_errors_total", route="/broken/{lead}")
    async with client.get("/broken/5") as answer:
        told = await _problem(answer)
    assert answer.status == 500
    assert told["reference"].startswith("R-")
    assert "rang" not in str(told)
    assert _counted("http_unexpected_errors_total", route="/broken/{lead}") == before + 1


async def test_a_store_that_is_away_is_503_and_says_when_to_come_again(client: aiohttp.ClientSession) -> None:
    async with client.get("/away") as answer:
        await _problem(answer)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")


async def test_a_foreseen_refusal_has_a_type_a_stable_title_and_its_own_facts(client: aiohttp.ClientSession) -> None:
    async with client.get("/gone?a=b") as answer:
        told = await _problem(answer)
    assert told == {
        "type": "/docs/problems/slot-taken",
        "title": "It was changed meanwhile",
        "status": 409,
        "detail": "Pick another.",
        "instance": "/gone",
        "slots": [1],
    }
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("POST", "/nothing", 404), ("POST", "/away", 405), ("PUT", "/static/app.css", 405), ("GET", "/static/no.css", 404)],
)  # fmt: skip
async def test_what_is_not_there_is_a_problem_too(
    client: aiohttp.ClientSession, method: str, path: str, status: int
) -> None:
    async with client.request(method, path) as answer:
        told = await _problem(answer)
    assert answer.status == status
    assert told["instance"] == path
    assert ("allow" in answer.headers) == (status == 405)


async def test_a_browser_gets_a_calm_page(client: aiohttp.ClientSession) -> None:
    for path, status in (("/nothing", 404), ("/broken/5", 500), ("/away", 503)):
        async with client.get(path, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}) as answer:
            page = await answer.text()
        assert (answer.status, answer.content_type) == (status, "text/html")
        assert page.count("<h1>") == 1
        assert "Traceback" not in page
        assert "<script" not in page
        assert "<style" not in page, "the policy would not let it work"


async def test_values_of_the_wrong_kind_are_named_and_not_repeated(client: aiohttp.ClientSession) -> None:
    async with client.post("/count", json={"a": "no heat"}) as answer:
        told = await _problem(answer)
    assert answer.status == 400
    assert told["errors"]
    assert "heat" not in str(told)


async def test_garbage_is_400_and_too_much_is_413(client: aiohttp.ClientSession) -> None:
    async with client.post("/count", data=b"{", headers={"content-type": "application/json"}) as answer:
        assert answer.status == 400
    async with client.post("/count", data=BytesIO(b"1" * 1001)) as answer:
        assert answer.status == 413
    async with client.post("/count", data=_pieces()) as answer:
        assert answer.status == 413


async def _pieces() -> AsyncIterator[bytes]:
    """Chunked: no length is announced."""
    for _ in range(11):
        yield b"1" * 100


@pytest.mark.parametrize("path", ["/health/live", "/nothing", "/broken/5", "/static/app.css", "/metrics"])
async def test_every_answer_carries_the_security_headers(client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(path) as answer:
        for name, value in SECURITY_HEADERS:
            assert answer.headers.getall(name.decode()) == [value.decode()]
        assert "server" not in answer.headers
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self'; style-src-attr 'unsafe-inline'" in policy


@pytest.mark.parametrize(
    ("told", "status", "word", "part"),
    [
        ("ok", 200, "ok", "ok"),
        ("degraded: Kafka is away", 200, "degraded", "degraded: Kafka is away"),
        (ConnectionRefusedError(), 503, "down", "down: ConnectionRefusedError"),
        (ValueError("a mistake of ours"), 503, "down", "down: ValueError"),
    ],
)
async def test_readiness_says_how_each_part_is(
    client: aiohttp.ClientSession, told: str | Exception, status: int, word: str, part: str
) -> None:
    state["kafka"] = told
    async with client.get("/health/ready") as answer:
        body = await answer.json()
    assert answer.status == status
    assert body == {"status": word, "instance": SETTINGS.instance, "parts": {"kafka": part}}


async def test_static_files_are_kept_for_good_under_the_address_that_pages_use(client: aiohttp.ClientSession) -> None:
    async with client.get("/nothing", headers={"accept": "text/html"}) as answer:
        page = await answer.text()
    address = page.partition('<link rel="stylesheet" href="')[2].partition('"')[0]
    async with client.get(address) as answer:
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.content_type == "text/css"
        etag = answer.headers["etag"]
    async with client.get("/static/app.css") as answer:
        assert "immutable" not in answer.headers["cache-control"]
    async with client.get(address, headers={"if-none-match": f'"other", W/{etag}'}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    async with client.head(address) as answer:
        assert (answer.status, int(answer.headers["content-length"]) > 0) == (200, True)


@pytest.mark.parametrize(
    "path", ["/static/../web/pages.py", "/static/%2e%2e/pages.py", "/static//etc/passwd", "/static/"]
)
async def test_nothing_but_the_static_files_is_given_away(server: HttpServer, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
    writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
    assert (await reader.readline()).split()[1] == b"404"
    writer.close()


async def test_metrics_count_by_route_and_not_by_path(client: aiohttp.ClientSession) -> None:
    for lead in ("51", "52"):
        async with client.get(f"/broken/{lead}"):
            pass
    async with client.get("/metrics") as answer:
        told = await answer.text()
    assert 'callsnare_http_seconds_count{method="GET",route="/broken/{lead}",status="500"}' in told
    assert "/broken/51" not in told


async def test_the_access_line_names_the_route_and_neither_path_nor_query(client: aiohttp.ClientSession) -> None:
    with capture_logs() as lines:
        async with client.get("/broken/51?token=s3cret"):
            pass
    (line,) = (each for each in lines if each["event"] == "request")
    assert (line["method"], line["route"], line["status"], line["log_level"]) == ("GET", "/broken/{lead}", 500, "info")
    assert "s3cret" not in str(lines)


async def test_health_checks_do_not_fill_the_log(client: aiohttp.ClientSession) -> None:
    with capture_logs() as lines:
        async with client.get("/health/live"):
            pass
    assert [line["log_level"] for line in lines] == ["debug"]


async def test_a_request_in_hand_is_answered_before_it_stops(server: HttpServer, client: aiohttp.ClientSession) -> None:
    asked = asyncio.create_task(client.get("/slow").__aenter__())
    async with client.get("/health/live"):
        pass
    await asyncio.wait_for(server.stop(), 5)
    assert (await asked).status == 200
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.get("/health/live")


async def test_answers_do_not_wait_for_acknowledgements(client: aiohttp.ClientSession) -> None:
    """Nagle's delay together with the receiver's would cost each 40 ms; other work on this machine delays a few."""
    loop, took = asyncio.get_running_loop(), list[float]()
    for _ in range(30):
        begun = loop.time()
        async with client.get("/health/live") as answer:
            await answer.read()
        took.append(loop.time() - begun)
    assert statistics.median(took) < 0.03, took


async def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = HttpServer(create_http(settings=SETTINGS, checks={}), host="127.0.0.1", port=port)
        with pytest.raises(
            ListenError, match=f"127.0.0.1:{port} cannot be listened on: another program uses that port"
        ):
            await server.start()
    await server.stop()


async def test_an_app_that_cannot_start_is_an_error_and_frees_the_port() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "lifespan"
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "no"})

    server = HttpServer(app, host="127.0.0.1", port=0)
    with pytest.raises(ListenError, match="the app could not be started"):
        await server.start()
    with socket.create_server(("127.0.0.1", int(server.url.rpartition(":")[2]))):
        pass
    await server.stop()
