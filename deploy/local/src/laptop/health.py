"""The front door's health page: asks the five services, answers for all. It keeps nothing and decides nothing else."""

import asyncio
import json
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from laptop.web import get

ASK_SECONDS = 3.0
REQUEST_SECONDS = 10.0
OK, DEGRADED, DOWN = "ok", "degraded", "down"


async def ask(*, services: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """200 when all answer with their stores; `degraded` while one says so of itself (Kafka is away); else 503."""
    parts = dict(zip(services, await asyncio.gather(*(_ask(url) for url in services.values())), strict=True))
    states = {str(part["status"]) for part in parts.values()}
    overall = DOWN if DOWN in states else DEGRADED if DEGRADED in states else OK
    return (503 if overall == DOWN else 200), {"status": overall, "parts": parts}


async def _ask(url: str) -> dict[str, Any]:
    answer = await get(url=f"{url}/health/ready", seconds=ASK_SECONDS)
    if answer is None:
        return {"status": DOWN, "detail": "does not answer"}
    told = answer.json
    fields: dict[str, Any] = told if isinstance(told, dict) else {}
    if answer.status != 200:  # noqa: PLR2004 -- HTTP's own number
        return {**fields, "status": DOWN}
    return {**fields, "status": DEGRADED if fields.get("status") == DEGRADED else OK}


async def serve(*, listen: str, instance: str, services: Mapping[str, str]) -> None:
    """Until SIGTERM. `listen` is host:port."""
    place = urlsplit(f"//{listen}")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), REQUEST_SECONDS)
            writer.write(await _response(head, instance=instance, services=services))
            await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    server = await asyncio.start_server(answer, place.hostname, place.port)
    async with server:
        await stopped.wait()


async def _response(head: bytes, *, instance: str, services: Mapping[str, str]) -> bytes:
    path = [*head.split(b" ", 2), b"", b""][1].partition(b"?")[0]
    if path == b"/health/ready":
        status, value = await ask(services=services)
    elif path == b"/health/live":
        status, value = 200, {"status": OK}
    else:
        status, value = 404, {"type": "about:blank", "title": "Not Found", "status": 404}
    body = json.dumps({**value, "instance": instance}).encode()
    lines = [f"HTTP/1.1 {status} {'OK' if status == 200 else 'No'}", "Content-Type: application/json"]  # noqa: PLR2004
    lines += ["Cache-Control: no-store", f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def main(*, arguments: Sequence[str]) -> None:
    """`HOST:PORT WORD name=address ...`; a module of its own to run, since it needs little of the launcher."""
    listen, instance, *services = arguments
    asyncio.run(serve(listen=listen, instance=instance, services=dict(each.split("=", 1) for each in services)))


if __name__ == "__main__":
    main(arguments=sys.argv[1:])
