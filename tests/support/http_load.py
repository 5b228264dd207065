"""A lean HTTP client for load: keep-alive connections, prepared requests, one answer before the next request."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True)
class Result:
    """What a run of requests gave: seconds per answer, how many of each status, and how long it all took."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    elapsed: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.seconds) / self.elapsed

    def percentile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], result: Result, done: asyncio.Future[None]) -> None:
        self._requests, self._result, self._done = requests, result, done
        self._buffer = b""
        self._sent = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0 or len(self._buffer) < head + 4 + _content_length(self._buffer[:head]):
            return
        self._result.seconds.append(time.perf_counter() - self._sent)
        status = int(self._buffer[9:12])
        self._result.statuses[status] = self._result.statuses.get(status, 0) + 1
        self._buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed a connection in mid-run"))

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            if not self._done.done():
                self._done.set_result(None)
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)


def _content_length(head: bytes) -> int:
    lowered = head.lower()
    start = lowered.find(b"content-length:")
    if start < 0:
        return 0
    return int(lowered[start + 15 : lowered.find(b"\r\n", start) if lowered.find(b"\r\n", start) > 0 else None])


async def run(*, host: str, port: int, requests: list[bytes], connections: int) -> Result:
    """Sends all requests over `connections` kept-alive connections, each as fast as it is answered."""
    loop = asyncio.get_running_loop()
    result, shared = Result(), iter(requests)
    done: list[asyncio.Future[None]] = [loop.create_future() for _ in range(connections)]
    begun = time.perf_counter()
    for future in done:
        await loop.create_connection(lambda future=future: _Connection(shared, result, future), host, port)  # type: ignore[misc]
    await asyncio.gather(*done)
    result.elapsed = time.perf_counter() - begun
    return result


def post(*, host: str, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """One prepared POST of a form."""
    lines = [
        f"POST {path} HTTP/1.1",
        f"host: {host}",
        "content-type: application/x-www-form-urlencoded",
        f"content-length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
