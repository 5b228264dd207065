"""Callbacks answered per second over 32 connections, against a bare app with one insert, in interleaved rounds."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

import http_load
from shop import Callbacks, caller
from stacks import Measured, free_port

CONNECTIONS, PER_ROUND, ROUNDS = 32, 3000, 5
_callers = itertools.count(1_000_000)


async def measure(measured: Measured, *, public: str, quiet: Callable[[], Awaitable[None]]) -> dict[str, float]:
    """Ratios to the bare app: `idle` (web role alone) and `working` (the whole service, fold, relay and Kafka on the same cores), and the slowest of a hundred.

    `quiet` returns when nothing is left of the round before: what it left to fold would weigh on its successors' worker "idle" and on the floor.
    """
    bare_port, web_port = free_port(), free_port()
    host, port = measured.place("capture")
    bare, idle, working, p99 = [], [], [], []
    with measured.beside("python", str(_bare()), measured.database("capture"), str(bare_port), port=bare_port):
        for _ in range(ROUNDS):
            await quiet()
            with measured.beside("capture", "web", port=web_port):
                await _round(public, "127.0.0.1", web_port, 300)
                bare.append((await _round(public, "127.0.0.1", bare_port, PER_ROUND)).per_second)
                idle.append((await _round_without_worker(measured, public, web_port)).per_second)
            bare.append((await _round(public, "127.0.0.1", bare_port, PER_ROUND)).per_second)
            result = await _round(public, host, port, PER_ROUND)
            working.append(result.per_second)
            p99.append(result.percentile(0.99))
    floor = median(bare)
    return {
        "bare_per_second": floor,
        "idle": median(idle) / floor,
        "working": median(working) / floor,
        "p99_seconds": median(p99),
    }


async def without_kafka(measured: Measured, *, public: str, floor: float) -> dict[str, float]:
    """While Kafka is down: the slowest answer of a hundred, and the rate over the bare app's, `floor`."""
    host, port = measured.place("capture")
    with measured.stack.hold_down("kafka"):
        await asyncio.sleep(2)
        result = await _round(public, host, port, PER_ROUND)
    assert result.statuses == {200: PER_ROUND}, result.statuses
    return {"p99_without_kafka_seconds": result.percentile(0.99), "without_kafka": result.per_second / floor}


async def _round_without_worker(measured: Measured, public: str, port: int) -> http_load.Result:
    """The service that would fold stands still meanwhile."""
    with measured.stack.pause("capture"):
        return await _round(public, "127.0.0.1", port, PER_ROUND)


async def _round(public: str, host: str, port: int, count: int) -> http_load.Result:
    callbacks = Callbacks(public=public, host=f"{host}:{port}")
    requests = [callbacks.inbound(caller(next(_callers)))[1] for _ in range(count)]
    result = await http_load.run(host=host, port=port, requests=requests, connections=CONNECTIONS)
    assert set(result.statuses) == {200}, result.statuses
    return result


def _bare() -> str:
    return str(Path(__file__).with_name("bare.py"))
