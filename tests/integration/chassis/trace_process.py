"""A process with tracing on: a request, its record's consumer, and a query that fails. `python trace_process.py OTLP DSN`."""

import asyncio
import sys
from contextlib import suppress

import aiohttp
import asyncpg
import msgspec
from litestar import get

from chassis.http import HttpServer, create_http
from chassis.ids import new_id
from chassis.settings import DatabaseSettings
from chassis.telemetry import batch_span, configure_tracing, current_traceparent, span, stop_tracing, traceparent_of
from chassis.testing import settings_for

OUTSIDE = "00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"
ANOTHER = "00-" + "ef" * 16 + "-" + "cd" * 8 + "-01"


async def main(otlp: str, dsn: str) -> None:
    settings = settings_for("sample", database=DatabaseSettings(owner=dsn, web=dsn, work=dsn), kafka="127.0.0.1:1")
    settings = msgspec.structs.replace(settings, otlp_endpoint=otlp)
    configure_tracing(settings)
    connection = await asyncpg.connect(dsn)
    parents: list[str | None] = []

    @get("/webhook/{secret:str}")
    async def webhook() -> str:
        with suppress(asyncpg.PostgresError):
            await connection.fetchval("SELECT $1::text::int", "no heat")
        parents.append(current_traceparent())
        return "ok"

    server = HttpServer(create_http(settings=settings, checks={}, route_handlers=[webhook]), host="127.0.0.1", port=0)
    await server.start()
    async with (
        aiohttp.ClientSession(server.url) as client,
        client.get("/webhook/s3cret", headers={"traceparent": OUTSIDE}),
    ):
        pass
    first, second = new_id(), new_id()
    with suppress(ValueError), batch_span("take", origins={first: parents[0] or "", second: ANOTHER}):
        with span("effect", parents=[traceparent_of(second)]):
            pass
        raise ValueError("no heat")
    await server.stop()
    await connection.close()
    stop_tracing()


asyncio.run(main(*sys.argv[1:]))
