"""A carrier that only takes texts and notes the moment: the cheapest thing that speaks `Messages.json`."""

import asyncio
import itertools
import time
from urllib.parse import parse_qs


class Sink:
    """Counts texts by destination; `taken[to]` holds the monotonic moments at which each arrived."""

    def __init__(self) -> None:
        self.taken: dict[str, list[float]] = {}
        self.arrived = asyncio.Event()
        self._ids = itertools.count()
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        """Listens on a free loopback port; returns the base address."""
        self._server = await asyncio.get_running_loop().create_server(lambda: _Taker(self), "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        if self._server:
            self._server.close()

    def take(self, body: bytes) -> bytes:
        """One request; the answer is the JSON of a queued message, or an empty list for whoever asks for one."""
        moment = time.perf_counter()
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if "To" not in form:
            return b'{"messages": [], "calls": [], "incoming_phone_numbers": [], "next_page_uri": null}'
        self.taken.setdefault(form["To"], []).append(moment)
        self.arrived.set()
        sid = f"SM{next(self._ids):032x}"
        return (
            f'{{"sid": "{sid}", "status": "queued", "to": "{form["To"]}", "from": "{form.get("From", "")}", "num_segments": "1", "error_code": null}}'
        ).encode()

    async def wait_for(self, numbers: set[str], *, seconds: float) -> None:
        """Returns when each number has a text. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not numbers <= self.taken.keys():
                self.arrived.clear()
                await self.arrived.wait()


class _Taker(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self._sink, self._buffer = sink, b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (head := self._buffer.find(b"\r\n\r\n")) >= 0:
            lines = self._buffer[:head].split(b"\r\n")
            length = next((int(line[15:]) for line in lines if line.lower().startswith(b"content-length:")), 0)
            if len(self._buffer) < head + 4 + length:
                return
            body, self._buffer = self._buffer[head + 4 : head + 4 + length], self._buffer[head + 4 + length :]
            answer = self._sink.take(body)
            status = b"201 Created" if lines[0].startswith(b"POST") else b"200 OK"
            self._transport.write(
                b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
                % (status, len(answer), answer)
            )
