"""The front door's answer for all five."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from laptop.health import ask


@asynccontextmanager
async def service(status: int, told: object) -> AsyncIterator[str]:
    body = json.dumps(told).encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def deaf(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(1)
    writer.close()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((200, {"status": "ok", "parts": {"database": "ok"}}), (200, "ok")),
        ((200, {"status": "degraded", "parts": {"kafka": "away"}}), (200, "degraded")),
        ((503, {"status": "down"}), (503, "down")),
        ((503, ["no object"]), (503, "down")),
    ],
)
async def test_one_part_decides_for_all(answer: tuple[int, object], expected: tuple[int, str]) -> None:
    async with service(200, {"status": "ok"}) as healthy, service(*answer) as other:
        status, told = await ask(services={"proof": healthy, "capture": other})
    assert (status, told["status"]) == expected
    assert told["parts"]["proof"]["status"] == "ok"
    assert told["parts"]["capture"]["status"] == expected[1]


async def test_a_service_that_is_not_there_or_never_answers_counts_as_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("laptop.health.ASK_SECONDS", 0.1)
    server = await asyncio.start_server(deaf, "127.0.0.1", 0)
    async with server, service(200, {"status": "ok"}) as healthy:
        silent = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        status, told = await ask(services={"capture": "http://127.0.0.1:1", "proof": silent, "booking": healthy})
    assert status == 503
    assert [part["status"] for part in told["parts"].values()] == ["down", "down", "ok"]
