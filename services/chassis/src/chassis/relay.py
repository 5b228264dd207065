"""Carries the outbox to Kafka: one leader per database, oldest first, each key in its order, nothing deleted before it is acknowledged."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from chassis import broker
from chassis.clock import Clock
from chassis.database import INFRASTRUCTURE, RELAY_CHANNEL, Database, open_connection
from chassis.flights import Flights, Refused
from chassis.log import get_logger
from chassis.metrics import counter, gauge
from chassis.outbox import Numbered
from chassis.settings import Settings
from chassis.watermarks import HeardUntil, Watermarks
from contracts.topics import Topic

LEADER_LOCK: Final = 7_206_022
IDLE_SECONDS: Final = 1.0
STAND_BY_SECONDS: Final = 1.0
WAIT_FOR_KAFKA_SECONDS: Final = 0.1
STATISTICS_SECONDS: Final = 5.0
CLOCKS_APART_SECONDS: Final = 10.0
LAND_SECONDS: Final = 2.0
DELETE_SECONDS: Final = 0.05
"""What has landed waits this long for the next look, which deletes it."""
REST_SECONDS: Final = 0.1

log = get_logger(__name__)
_sent: Final = counter("relay_sent", "Outbox rows acknowledged by Kafka")
_dead: Final = counter("relay_dead", "Outbox rows that Kafka refused for good")
_leads: Final = gauge("relay_leader", "1 while this process carries the outbox")
_pending: Final = gauge("relay_pending_rows", "Rows in the outbox")
_age: Final = gauge("relay_oldest_seconds", "Age of the oldest row in the outbox")
_apart: Final = gauge("relay_clock_apart_seconds", "How far this process's clock is from its database's")

NEXT: Final = """
WITH gone AS (DELETE FROM outbox WHERE seq = ANY($1::bigint[]))
SELECT seq, id, aggregatetype, aggregateid, type, payload, headers::text, partition FROM outbox
WHERE seq <> ALL($1::bigint[] || $2::bigint[]) AND aggregateid <> ALL($3::text[]) ORDER BY seq LIMIT $4
"""
"""Deletes what is acknowledged and reads what is next, in one round trip."""
STATISTICS: Final = """
SELECT count(*) AS pending, clock_timestamp() AS now,
       coalesce(extract(epoch FROM clock_timestamp() - min(appended_at)), 0)::float8 AS age FROM outbox
"""
BURY: Final = """
WITH gone AS (DELETE FROM outbox WHERE seq = $1 RETURNING *)
INSERT INTO outbox_dead (seq, id, aggregatetype, aggregateid, type, payload, headers, appended_at, error)
SELECT seq, id, aggregatetype, aggregateid, type, payload, headers, appended_at, $2 FROM gone
"""


class Relay:
    """Sends watermarks of `stream` too where the service owns one that others wait to have heard; see `Watermarks`.
    Of the topics `beside` it whatever is committed counts as heard.

    With `patience_seconds` rows are gathered for that long: for a service whose events nobody waits for.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        clock: Clock,
        stream: Topic | None = None,
        heard_until: HeardUntil | None = None,
        beside: Sequence[Topic] = (),
        patience_seconds: float = 0.0,
        producer: Callable[[], AIOKafkaProducer] | None = None,
    ) -> None:
        self._settings, self._database, self._clock = settings, database, clock
        self._bell = database.relay_bell
        self._flights = Flights(producer=producer or partial(broker.producer, settings.kafka), landed=self._landed)
        marked = [*([(stream, heard_until)] if stream else []), *((topic, None) for topic in beside)]
        self._marks = [
            Watermarks(service=settings.service, stream=topic, clock=clock, heard_until=until)
            for topic, until in marked
        ]
        self._patience = patience_seconds
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._more = self._reading = False
        self._started_to: int | None = None
        self._deletes: asyncio.TimerHandle | None = None
        self._next_statistics = 0.0

    async def start(self) -> None:
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name="relay")

    async def stop(self) -> None:
        """Lets land what is on its way, briefly; whatever is not acknowledged stays in the table for the next leader."""
        if self._task is None:
            return
        self._stopping = True
        self._bell.hear()
        await asyncio.wait({self._task}, timeout=LAND_SECONDS * 2)
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._task = None

    async def _run(self) -> None:
        troubled = False
        while not self._stopping:
            try:
                await self._lead()
                troubled = False
            except (*INFRASTRUCTURE, KafkaError) as error:
                if not troubled:
                    log.warning("relay_lost_its_database", error=type(error).__name__)
                troubled = True
            except Exception:
                log.exception("relay_failed")
            if not self._stopping:
                await asyncio.sleep(STAND_BY_SECONDS / 2)

    async def _lead(self) -> None:
        """Leads while the session that holds the lock lives; a stand-by asks again every second.

        Deletes are not waited for on disk: one that a crash of the database undoes only means that a record is sent twice.
        """
        connection = await open_connection(
            self._settings, role="work", name="relay", settings_of_session={"synchronous_commit": "off"}
        )
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LEADER_LOCK):
                await asyncio.sleep(STAND_BY_SECONDS)
                if self._stopping:
                    return
            log.info("relay_leads")
            _leads.set(1)
            await connection.add_listener(RELAY_CHANNEL, self._bell.hear)
            self._database.hand = self._take
            while not self._stopping:
                if self._database.rush.on:
                    await asyncio.sleep(REST_SECONDS)
                elif not await self._round(connection):
                    rang = await self._bell.wait(IDLE_SECONDS if self._flights.producer else WAIT_FOR_KAFKA_SECONDS)
                    if rang and self._patience and not self._stopping:
                        await asyncio.sleep(self._patience)
            await self._land(connection)
        finally:
            _leads.set(0)
            self._database.hand, self._started_to = (lambda _: False), None
            connection.terminate()
            for marks in self._marks:
                marks.forget()
            await self._flights.close()

    async def _round(self, connection: asyncpg.Connection) -> bool:
        """True when there is more to start right now."""
        for refused in self._flights.take_refused():
            await _bury(connection, refused)
        room = await self._flights.room()
        landed, held = self._take_landed(), self._flights.held_keys
        self._reading = True
        try:
            rows = await connection.fetch(NEXT, landed, self._flights.aboard, held, room)
        finally:
            self._reading = False
        self._more = len(rows) == room
        self._flights.depart(rows)
        all_started = not (self._more or held or self._flights.has_trouble)
        self._started_to = max((row["seq"] for row in rows), default=self._started_to) if all_started else None
        _sent.inc(len(landed))
        for marks in self._marks:
            await marks.step(connection, self._flights.producer)
        await self._measure(connection)
        return self._more and room > 0

    def _take(self, numbered: Numbered) -> bool:
        """What this process has appended and committed just now leaves without being read again. True when it does: all
        that was read has started, and no number is missing in between, so nothing of its keys can be overtaken.
        """
        started_to = self._started_to
        busy = self._reading or self._stopping or self._database.rush.on or self._patience > 0
        if busy or started_to is None or numbered.seq != started_to + 1 or not self._flights.is_calm:
            return False
        self._flights.depart([{"seq": seq, **row._asdict()} for seq, row in enumerate(numbered.rows, numbered.seq)])
        self._started_to = started_to + len(numbered.rows)
        return True

    def _landed(self) -> None:
        """Looks at once for what there is room for now; what has landed is deleted with the next look, a moment later at most."""
        if self._flights.has_trouble or (self._more and self._flights.has_room):
            self._bell.hear()
        elif self._deletes is None:
            self._deletes = asyncio.get_running_loop().call_later(DELETE_SECONDS, self._bell.hear)

    def _take_landed(self) -> list[int]:
        if self._deletes is not None:
            self._deletes.cancel()
            self._deletes = None
        return self._flights.take_landed()

    async def _land(self, connection: asyncpg.Connection) -> None:
        await self._flights.land(seconds=LAND_SECONDS)
        for refused in self._flights.take_refused():
            await _bury(connection, refused)
        landed = self._take_landed()
        await connection.fetch(NEXT, landed, [], [], 0)
        _sent.inc(len(landed))

    async def _measure(self, connection: asyncpg.Connection) -> None:
        now = asyncio.get_running_loop().time()
        if now < self._next_statistics:
            return
        self._next_statistics = now + STATISTICS_SECONDS
        row = await connection.fetchrow(STATISTICS)
        assert row is not None  # noqa: S101 -- an aggregate always has a row
        apart = abs((self._clock.now() - row["now"]).total_seconds())
        _pending.set(row["pending"])
        _age.set(row["age"])
        _apart.set(apart)
        if apart > CLOCKS_APART_SECONDS:
            log.warning("clocks_apart", seconds=round(apart, 1))


async def _bury(connection: asyncpg.Connection, refused: Refused) -> None:
    await connection.execute(BURY, refused.row["seq"], refused.error[:2000])
    log.error("outbox_row_dead", seq=refused.row["seq"], type=refused.row["type"])
    _dead.inc()
