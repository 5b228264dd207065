"""From the callback that makes a call missed to the carrier having the text, at a steady rate of calls."""

import asyncio
import time
from dataclasses import dataclass
from statistics import median

import http_load
from floors import Floors
from shop import Callbacks, caller
from sink import Sink


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds per call, and the floors measured in the gaps between the calls."""

    seconds: list[float]
    floors: list[float]

    def ratio(self, share: float) -> float:
        """A percentile of the calls over the median floor."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] / median(self.floors)


class Line:
    """One kept-alive connection to the front of capture, one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, request: bytes) -> None:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise AssertionError(f"a callback was answered with {head.splitlines()[0].decode()}")
        length = next((int(line[15:]) for line in head.splitlines() if line.lower().startswith(b"content-length:")), 0)
        await self._reader.readexactly(length)


async def measure(
    *, host: str, port: int, callbacks: Callbacks, sink: Sink, floors: Floors, first: int, calls: int, per_second: float
) -> Round:
    """`calls` missed calls at a steady rate; a floor is taken between two calls wherever there is room for it, the rest after them at their pace."""
    lines: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(16):
        lines.put_nowait(Line(*await asyncio.open_connection(host, port)))
    prepared = {}
    for index in range(first, first + calls):
        sid, inbound = callbacks.inbound(caller(index))
        await http_load.run(host=host, port=port, requests=[inbound], connections=1)
        prepared[caller(index)] = callbacks.unanswered(sid, caller(index))
    begun: dict[str, float] = {}
    measured: list[float] = []

    async def miss(number: str) -> None:
        line = await lines.get()
        begun[number] = time.perf_counter()
        await line.send(prepared[number])
        lines.put_nowait(line)

    async with asyncio.TaskGroup() as group:
        gap, next_at = 1 / per_second, time.perf_counter()
        for position, number in enumerate(prepared):
            group.create_task(miss(number))
            next_at += gap
            if gap >= 0.05 and position % 2:
                await asyncio.sleep(gap / 2)
                measured.append(await floors.path())
            await asyncio.sleep(max(0.0, next_at - time.perf_counter()))
    await sink.wait_for(set(prepared), seconds=60)
    while len(measured) < 40:  # at the same pace: in a hot loop the cores are warmer than any call finds them
        await asyncio.sleep(min(gap, 0.1))
        measured.append(await floors.path())
    return Round(seconds=[sink.taken[number][0] - begun[number] for number in prepared], floors=measured)
