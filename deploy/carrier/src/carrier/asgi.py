"""As much of HTTP as the carrier needs, straight on ASGI."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import msgspec


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def every(self, name: str) -> tuple[str, ...]:
        """A field of the form that may stand several times."""
        return tuple(value for given, value in parse_qsl(self.body.decode("utf-8", "replace")) if given == name)

    def json(self, kind: Any) -> Any:
        """Raises msgspec.ValidationError or DecodeError, which become a 400."""
        return msgspec.json.decode(self.body or b"{}", type=kind)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes | AsyncGenerator[bytes, None]
    kind: bytes = b"application/json"
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Vanish(Exception):
    """The connection ends without an answer."""


def as_json(value: Any, status: int = 200, *, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Reply:
    return Reply(status, msgspec.json.encode(value), headers=headers)


async def read(scope: Any, receive: Any) -> Request:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Request(
        scope["method"], scope["path"], dict(parse_qsl(scope["query_string"].decode())), headers, b"".join(parts)
    )


async def write(send: Any, receive: Any, reply: Reply) -> None:
    headers = [(b"content-type", reply.kind), *reply.headers]
    if isinstance(reply.body, bytes):
        headers.append((b"content-length", str(len(reply.body)).encode()))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": reply.body})
        return
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    streaming = asyncio.create_task(_stream(send, reply.body))
    leaving = asyncio.create_task(_left(receive))
    try:
        await asyncio.wait({streaming, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (streaming, leaving):
            task.cancel()
        await asyncio.gather(streaming, leaving, return_exceptions=True)


async def _stream(send: Any, parts: AsyncGenerator[bytes, None]) -> None:
    async with aclosing(parts):
        async for part in parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _left(receive: Any) -> None:
    """Returns when the other side has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
