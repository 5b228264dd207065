"""A service's own Postgres: pools by role, and the unit of work that alone commits."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import asyncpg
import msgspec

from chassis import outbox
from chassis.doorbell import Doorbell
from chassis.rush import Rush
from chassis.settings import Settings
from chassis.telemetry import current_traceparent
from contracts.base import Event
from contracts.topics import Topic

if TYPE_CHECKING:
    from sqlalchemy.sql import ClauseElement

RELAY_CHANNEL: Final = "outbox"
LOCK_SECONDS: Final = 1.0
CONNECT_SECONDS: Final = 5.0
ACQUIRE_SECONDS: Final = 10.0
CLOSE_SECONDS: Final = 5.0
SILENT_SECONDS: Final = 2.0
"""The server itself ends a slow statement; this much later we stop waiting for a server that says nothing."""
IDLE_IN_TRANSACTION_SECONDS: Final = 60.0
STATEMENT_SECONDS: Final = {"web": 5.0, "work": 30.0}
PLANNED_ONCE: Final = {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"}
"""A worker's statements are few, large, and find all by index: planning them anew each time costs more than running them.
A plan that was made while a table was empty must hold when it is full, so none may read a table from end to end where an
index leads to the same."""
POOL_SIZE: Final = {"web": 10, "work": 10}
INFRASTRUCTURE: Final = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.TooManyConnectionsError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidCachedStatementError,  # a migration changed a table under a prepared statement
)
"""Trouble of the engine and not of the record: wait and try again."""


class Transaction:
    """One unit of work. Takes SQL text with `$n` or a Core statement; both run on the same connection."""

    def __init__(self, connection: Any, *, service: str, numbers: bool = True) -> None:
        self.connection: asyncpg.Connection = connection
        self.appended = False
        self.numbered: outbox.Numbered | None = None
        self._service, self._numbers = service, numbers
        self._events: list[outbox.Row] = []
        self._after: list[Callable[[], None]] = []

    async def fetch(self, query: "str | ClauseElement", *values: Any) -> list[asyncpg.Record]:
        text, arguments = _prepared(query, values)
        return list(await self.connection.fetch(text, *arguments))

    async def fetch_one(self, query: "str | ClauseElement", *values: Any) -> asyncpg.Record | None:
        text, arguments = _prepared(query, values)
        return await self.connection.fetchrow(text, *arguments)

    async def fetch_value(self, query: "str | ClauseElement", *values: Any) -> Any:
        text, arguments = _prepared(query, values)
        return await self.connection.fetchval(text, *arguments)

    async def execute(self, query: "str | ClauseElement", *values: Any) -> str:
        text, arguments = _prepared(query, values)
        return str(await self.connection.execute(text, *arguments))

    def append(self, *events: Event, topic: Topic | None = None, partition: int | None = None) -> None:
        """To the outbox, in this order, written right before the commit: lock the aggregate's row first."""
        traceparent = current_traceparent()
        for event in events:
            self._events.append(
                outbox.row(event, service=self._service, traceparent=traceparent, topic=topic, partition=partition)
            )

    def wrote(self, numbered: outbox.Numbered | None = None) -> None:
        """A statement appended by itself; a relay beside us need not read again what it says was `numbered`."""
        self.appended, self.numbered = True, None if self.appended else numbered

    @property
    def has_events(self) -> bool:
        """Whether something was appended that is not written yet."""
        return bool(self._events)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Runs once the work is safe; never when it was rolled back."""
        self._after.append(callback)

    def discard(self) -> None:
        """Forgets what was appended so far: a nested piece of work was rolled back."""
        self._events.clear()
        self._after.clear()
        self.appended, self.numbered = False, None

    async def _before_commit(self) -> None:
        if self._events and self._numbers:
            found = await self.connection.fetch(outbox.INSERT_NUMBERED, *outbox.arrays(self._events))
            self.wrote(outbox.numbered(self._events, seqs=[row["seq"] for row in found]))
        elif self._events:
            await self.connection.execute(outbox.INSERT, *outbox.arrays(self._events))
            self.wrote()

    def _committed(self) -> None:
        for callback in self._after:
            callback()


class Database:
    """The pools of one service in this process."""

    def __init__(self, *, service: str, pools: dict[str, asyncpg.Pool]) -> None:
        self.service = service
        self._pools = pools
        self.rush = Rush()
        self.hand: Callable[[outbox.Numbered], bool] = lambda _: False
        """Given what was appended here, answers whether it is on its way to Kafka: a relay beside us says how."""
        self.relay_bell = Doorbell(channel=RELAY_CHANNEL, pool=next(iter(pools.values())))

    @property
    def work_pool(self) -> asyncpg.Pool:
        return self._pools["work"]

    @property
    def web_pool(self) -> asyncpg.Pool:
        return self._pools["web"]

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Transaction]:
        """A unit of work over all organizations: leaving commits, an error rolls back."""
        async with self._transaction(self.work_pool, numbers=True) as transaction:
            yield transaction

    @asynccontextmanager
    async def statements(self) -> AsyncIterator[Transaction]:
        """Over all organizations, each statement a transaction of its own: for reads and one that writes everything, which
        saves the round trips of BEGIN and COMMIT. Nothing can be appended; a statement that writes its own outbox rows says
        so by `wrote`.
        """
        async with self.work_pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            transaction = Transaction(connection, service=self.service)
            yield transaction
            if transaction.has_events:
                raise RuntimeError("a statement that commits by itself writes its events itself")
            self._done(transaction)

    @asynccontextmanager
    async def web(self, organization_id: UUID) -> AsyncIterator[Transaction]:
        """A unit of work of one organization; row-level security hides all others."""
        async with self._transaction(self.web_pool, numbers=False) as transaction:  # this role cannot read the outbox
            await transaction.execute("SELECT set_config('callsnare.organization', $1, true)", str(organization_id))
            yield transaction

    @asynccontextmanager
    async def _transaction(self, pool: asyncpg.Pool, *, numbers: bool) -> AsyncIterator[Transaction]:
        async with pool.acquire(timeout=ACQUIRE_SECONDS) as connection:
            begun = connection.transaction()
            await begun.start()
            transaction = Transaction(connection, service=self.service, numbers=numbers)
            try:
                yield transaction
                await transaction._before_commit()  # noqa: SLF001 -- the two are one
            except BaseException:
                if not connection.is_closed():
                    await begun.rollback()
                raise
            await begun.commit()
            self._done(transaction)

    def _done(self, transaction: Transaction) -> None:
        numbered = transaction.numbered
        if transaction.appended and not (numbered is not None and self.hand(numbered)):
            self.relay_bell.ring()
        transaction._committed()  # noqa: SLF001 -- the two are one

    async def start(self) -> None:
        """Open since it was made."""

    async def stop(self) -> None:
        """Waits briefly for connections in use, then drops them."""
        for pool in self._pools.values():
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await pool.close()
            except INFRASTRUCTURE:
                pool.terminate()


async def open_pool(
    *,
    dsn: str,
    name: str,
    statement_seconds: float,
    size: int,
    smallest: int = 1,
    settings_of_session: Mapping[str, str] | None = None,
) -> asyncpg.Pool:
    """A pool whose connections give up on slow statements and locks, and read JSON with msgspec.

    Nothing may be left on a connection that outlives its transaction (SET, LISTEN, session locks): none of it is reset,
    which saves a round trip per use.
    """
    return await asyncpg.create_pool(
        dsn,
        min_size=smallest,
        max_size=size,
        max_inactive_connection_lifetime=0,
        timeout=CONNECT_SECONDS,
        command_timeout=statement_seconds + SILENT_SECONDS,
        init=_set_up,
        reset=_leave,
        server_settings={**_session(name, statement_seconds), **(settings_of_session or {})},
    )


async def open_connection(
    settings: Settings, *, role: str, name: str, statement_seconds: float | None = None, settings_of_session: Mapping[str, str] | None = None
) -> asyncpg.Connection:  # fmt: skip
    """One connection outside the pools: for what lasts longer than a transaction (a session's lock, LISTEN), or for one hand alone."""
    seconds = STATEMENT_SECONDS[role] if statement_seconds is None else statement_seconds
    connection = await asyncpg.connect(
        getattr(settings.database, role),
        timeout=CONNECT_SECONDS,
        command_timeout=seconds + SILENT_SECONDS,
        server_settings={
            **_session(f"{settings.service} {name}", seconds),
            **(PLANNED_ONCE if role == "work" else {}),
            **(settings_of_session or {}),
        },
    )
    await _set_up(connection)
    return connection


def _session(name: str, statement_seconds: float) -> dict[str, str]:
    return {
        "application_name": name,
        "statement_timeout": str(int(statement_seconds * 1000)),
        "lock_timeout": str(int(LOCK_SECONDS * 1000)),
        "idle_in_transaction_session_timeout": str(int(IDLE_IN_TRANSACTION_SECONDS * 1000)),
        "jit": "off",
        "timezone": "UTC",
        # The server gives up on a client whose host vanished within 11 s: its locks and its leadership are free again.
        "tcp_keepalives_idle": "5",
        "tcp_keepalives_interval": "2",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "11000",
    }


async def open_database(
    settings: Settings, *, roles: Collection[str] = ("web", "work"), size: int | None = None
) -> Database:
    """Opens the pools of these roles. Raises OSError or asyncpg.PostgresError when the database cannot be reached."""
    pools = {}
    for role in roles:
        pools[role] = await open_pool(
            dsn=getattr(settings.database, role),
            name=f"{settings.service} {role}",
            statement_seconds=STATEMENT_SECONDS[role],
            size=size or POOL_SIZE[role],
            settings_of_session=PLANNED_ONCE if role == "work" else {},
        )
    return Database(service=settings.service, pools=pools)


def _prepared(query: "str | ClauseElement", values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    if isinstance(query, str):
        return query, values
    from chassis.statements import compiled  # noqa: PLC0415 -- SQLAlchemy costs half a second that few processes need to pay

    return compiled(query)


async def _leave(_connection: asyncpg.Connection) -> None:
    """An open transaction was rolled back by asyncpg before this is called."""


async def _set_up(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb", encoder=_encode_json, decoder=msgspec.json.decode, schema="pg_catalog", format="text"
    )


def _encode_json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
