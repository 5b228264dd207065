"""Group commit: the callbacks of a moment share one statement, and each is answered after its commit."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

import asyncpg

from capture.store import callbacks
from capture.store.callbacks import Callback, Due
from chassis.database import INFRASTRUCTURE
from chassis.doorbell import Doorbell
from chassis.log import get_logger
from chassis.metrics import counter, histogram

FLUSHERS: Final = 2
MOST: Final = 200
GRACE_SECONDS: Final = 0.2
"""How much longer than the server's own statement time-out we wait for a server that says nothing."""

Hand = Callable[[Sequence[Due]], None]
Connect = Callable[[], Awaitable[asyncpg.Connection]]

log = get_logger(__name__)
_stored: Final = counter("callbacks_stored", "Callbacks by whether they were new", ("outcome",))
_group: Final = histogram("callback_group_size", "Callbacks per commit", (), buckets=(1, 2, 4, 8, 16, 32, 64, 128, 200))


class _Waiting(NamedTuple):
    """`deadline` is a moment of the event loop's clock."""

    callback: Callback
    stored: asyncio.Future[bool]
    deadline: float


class _Connection:
    """One flusher's own, opened when it is needed and again after it was lost."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._open: asyncpg.Connection | None = None

    async def opened(self) -> asyncpg.Connection:
        if self._open is None or self._open.is_closed():
            self._open = await self._connect()
        return self._open

    def drop(self) -> None:
        if self._open is not None:
            self._open.terminate()
            self._open = None


class StoreCallbacks:
    """`store` returns True when the callback was new. Raises one of INFRASTRUCTURE when the database is away.

    Each flusher has a connection of its own, from `connect`. `hand` is given what was new, where this process folds as well.

    A group has until the deadline of its oldest, so no callback needs a timer of its own. While the last group failed, one
    group at a time tries again and whatever comes meanwhile fails at once: a carrier that waits for an answer is not served
    by a queue. What is given up here comes back by the carrier's own repeats and lists.
    """

    def __init__(self, *, connect: Connect, bell: Doorbell, statement_seconds: float, hand: Hand | None = None) -> None:
        self._connect, self._bell, self._seconds = connect, bell, statement_seconds + GRACE_SECONDS
        self._hand = hand
        self._pending: list[_Waiting] = []
        self._some = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._away = False
        self._trying = 0

    async def start(self) -> None:
        for index in range(FLUSHERS):
            connection = _Connection(self._connect)
            await connection.opened()
            self._tasks.append(asyncio.create_task(self._flush_forever(connection), name=f"flusher {index}"))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        _fail(self._pending, TimeoutError())
        self._pending = []

    async def store(self, callback: Callback) -> bool:
        if self._away and (self._trying or self._pending):
            raise TimeoutError
        loop = asyncio.get_running_loop()
        waiting = _Waiting(callback, loop.create_future(), loop.time() + self._seconds)
        self._pending.append(waiting)
        self._some.set()
        return await waiting.stored

    async def _flush_forever(self, connection: _Connection) -> None:
        try:
            while True:
                await self._some.wait()
                group, self._pending = self._pending[:MOST], self._pending[MOST:]
                if not self._pending:
                    self._some.clear()
                if group:
                    self._trying += 1
                    try:
                        await self._flush(connection, group)
                    finally:
                        self._trying -= 1
        finally:
            connection.drop()

    async def _flush(self, connection: _Connection, group: list[_Waiting]) -> None:
        _group.observe(len(group))
        try:
            new = await self._written(connection, group)
        except INFRASTRUCTURE as error:
            self._away = True
            _fail(group, error)
        except asyncio.CancelledError:
            _fail(group, TimeoutError())
            raise
        except Exception as error:
            log.exception("callbacks_not_stored", count=len(group))
            await self._one_by_one(connection, group, error)
        else:
            self._away = False
            self._tell(group, new)

    async def _one_by_one(self, connection: _Connection, group: list[_Waiting], error: Exception) -> None:
        """A row that the database cannot take costs nobody else anything."""
        if len(group) == 1:
            _fail(group, error)
            return
        for each in group:
            await self._flush(connection, [each])

    async def _written(self, connection: _Connection, group: list[_Waiting]) -> dict[str, int]:
        once = {each.callback.callback_key: each.callback for each in reversed(group)}
        try:
            async with asyncio.timeout_at(group[0].deadline):
                return await callbacks.store(await connection.opened(), list(once.values()))
        except (asyncio.CancelledError, *INFRASTRUCTURE):
            connection.drop()  # a server that says nothing would not let go of it either
            raise

    def _tell(self, group: list[_Waiting], new: dict[str, int]) -> None:
        if new:
            if self._hand is not None:
                by_key = {each.callback.callback_key: each.callback for each in reversed(group)}
                self._hand([callbacks.due(by_key[key], seq=seq) for key, seq in new.items()])
            self._bell.ring()
        _stored.labels("new").inc(len(new))
        _stored.labels("repeat").inc(len(group) - len(new))
        for each in group:
            if not each.stored.done():
                each.stored.set_result(new.pop(each.callback.callback_key, None) is not None)


def _fail(group: list[_Waiting], error: BaseException) -> None:
    for each in group:
        if not each.stored.done():
            each.stored.set_exception(error)
            each.stored.exception()  # whoever waited may be gone: nobody has to hear of it
