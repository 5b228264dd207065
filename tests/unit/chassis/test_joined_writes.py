"""The head of an answer and its body leave together; a stream's head waits for nothing."""

import asyncio
from typing import Any

from chassis.server import _JoinedWrites

HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"


class Wire:
    """A transport that remembers what was written at once."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed


def joined(wire: Wire) -> Any:
    given: Any = wire
    return _JoinedWrites(given, asyncio.get_running_loop())


async def test_head_and_body_are_one_write_and_the_next_answer_is_another() -> None:
    wire = Wire()
    transport = joined(wire)
    for _ in range(2):
        transport.write(HEAD)
        transport.write(b"ok")
    await asyncio.sleep(0)
    assert wire.written == [HEAD + b"ok"] * 2


async def test_a_head_that_nothing_follows_leaves_in_the_next_turn() -> None:
    wire = Wire()
    transport = joined(wire)
    transport.write(HEAD)
    await asyncio.sleep(0)
    transport.write(b"later")
    assert wire.written == [HEAD, b"later"]


async def test_a_body_that_looks_like_a_head_stays_behind_its_own() -> None:
    wire = Wire()
    transport = joined(wire)
    transport.write(HEAD)
    transport.write(HEAD)
    transport.write(HEAD)
    await asyncio.sleep(0)
    assert b"".join(wire.written) == HEAD * 3


async def test_closing_sends_what_was_held_first() -> None:
    wire = Wire()
    transport = joined(wire)
    transport.write(HEAD)
    transport.close()
    assert (wire.written, transport.is_closing()) == ([HEAD], True)
