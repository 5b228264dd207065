"""The little HTTP that a launcher needs: a GET with a time limit, on loopback."""

import asyncio
import json
from typing import Any, NamedTuple
from urllib.parse import urlsplit

LONGEST = 1_000_000


class Answer(NamedTuple):
    status: int
    body: bytes

    @property
    def json(self) -> Any:
        """None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


async def get(*, url: str, seconds: float) -> Answer | None:
    """None when nobody answers in time or in HTTP."""
    try:
        return await asyncio.wait_for(_get(url), seconds)
    except (OSError, ValueError, IndexError, TimeoutError, asyncio.IncompleteReadError):
        return None


async def _get(url: str) -> Answer:
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    try:
        writer.write(f"GET {parts.path or '/'} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        return Answer(int(head.split(None, 2)[1]), await reader.read(LONGEST))
    finally:
        writer.close()
