"""The one place that makes Kafka clients: FastStream's broker with safe settings, and the relay's producer."""

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import ConsumerStoppedError, IllegalStateError, KafkaError
from aiokafka.structs import ConsumerRecord, TopicPartition
from faststream import AckPolicy
from faststream.kafka import KafkaBroker  # noqa: TID251 -- the one place

from chassis.log import get_logger
from chassis.metrics import counter
from chassis.trouble import CannotStartError
from contracts.topics import Topic

SESSION_MILLISECONDS: Final = 6000
HEARTBEAT_MILLISECONDS: Final = 2000
REBALANCE_MILLISECONDS: Final = 30_000
GATHER_BYTES, GATHER_MILLISECONDS, FETCH_MILLISECONDS = 65_536, 1000, 500
"""How long Kafka keeps a question without an answer. Records of a partition that was still being worked off when the
question went are no part of it: they wait for the next.
"""
BATCH_RECORDS: Final = 500
POLL_MILLISECONDS: Final = 1000
GRACE_SECONDS: Final = 10
RETRY_MILLISECONDS: Final = 500
"""Each consumer looks for an absent Kafka this often; the client's own 100 ms keep a core busy where there are ten."""
COMMIT_SECONDS: Final = 5.0
COMMIT_EVERY_SECONDS: Final = 1.0
ADMIN_SECONDS: Final = 10.0
AGAIN_SECONDS: Final = 1.0
DISPOSE_TRIES: Final = 10
LARGEST_RECORD: Final = 1_048_576

KafkaTrouble: Final = (KafkaError, OSError, TimeoutError)
Trouble: Final = (*KafkaTrouble, IllegalStateError)
"""Of a consumer: Kafka is away, or partitions are being dealt out anew."""
log = get_logger(__name__)
_uncommitted: Final = counter(
    "consumer_commits_failed", "Offset commits that failed: their records come again", ("group",)
)


class TopicsMismatchError(CannotStartError):
    """Topics are missing, or were made with other partitions than contracts say: starting would break the order of keys."""


async def require_topics(*, bootstrap: str, topics: Iterable[Topic]) -> None:
    """Raises TopicsMismatchError, or one of KafkaTrouble when Kafka is away."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5000)
    try:
        async with asyncio.timeout(ADMIN_SECONDS):
            await admin.start()
            described = await admin.describe_topics()
    finally:
        await admin.close()
    found = {each["topic"]: len(each["partitions"]) for each in described}
    wrong = [
        f"{topic.name} has {found[topic.name]} partitions instead of {topic.partitions}"
        if topic.name in found
        else f"{topic.name} is missing"
        for topic in topics
        if found.get(topic.name) != topic.partitions
    ]
    if wrong:
        raise TopicsMismatchError("Kafka's topics are not those of contracts.topics: " + "; ".join(wrong))


def producer(bootstrap: str) -> AIOKafkaProducer:
    """Idempotent, acknowledged by all in-sync replicas, without lingering."""
    return AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        request_timeout_ms=10_000,
        max_request_size=LARGEST_RECORD,
        max_batch_size=262_144,  # with aiokafka's 16 KiB all who wait for a full batch wake at each that leaves: ×0.4
    )


async def dispose(producer: AIOKafkaProducer, *, seconds: float = 1.0) -> None:
    """Stops a producer. What Kafka has not taken by then is dropped: whoever sent it still has it, in the outbox.

    aiokafka alone would wait for Kafka for as long as it is away; hence the private names.
    """
    with suppress(*KafkaTrouble):
        async with asyncio.timeout(seconds):
            await producer.flush()
            await producer.stop()
            return
    producer._closed = True  # noqa: SLF001 -- as said above
    sender = producer._sender and producer._sender.sender_task  # noqa: SLF001 -- as said above
    for _ in range(DISPOSE_TRIES if sender else 0):  # each ends one of the requests that it waits for
        sender.cancel()
        if (await asyncio.wait({sender}, timeout=0.1))[0]:
            break
    await producer.client.close()


Batch = Sequence[ConsumerRecord]
Handle = Callable[[Batch], Awaitable[None]]


class PatientConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """Its `getmany` waits until there is data: FastStream sleeps, deaf, after every empty poll and every error.

    Offsets are committed at most once a second, when partitions go, and at the end: what a crash brings again the inbox knows.

    at_rest: what was polled last has been handled.
    failing_since: when polling began to fail without a break; None while it does not.
    """

    def __init__(self, *topics: str, **options: Any) -> None:
        super().__init__(*topics, **options)
        self.at_rest = asyncio.Event()
        self.at_rest.set()
        self.failing_since: float | None = None
        self._handled: dict[TopicPartition, Any] = {}
        self._committed_at = time.monotonic()
        self._committing: asyncio.Task[None] | None = None

    @property
    def is_rebalancing(self) -> bool:
        """Partitions are being dealt out; aiokafka tells it nowhere else."""
        return bool(self._subscription.reassignment_in_progress)

    async def getmany(self, *partitions: Any, timeout_ms: int = 0, max_records: int | None = None) -> Any:
        self.at_rest.set()
        while True:
            try:
                found = await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
            except ConsumerStoppedError:
                raise
            except Exception as error:  # noqa: BLE001 -- nothing may end the loop that calls this
                await self._wait_out(error)
                continue
            self.failing_since = None
            self._commit_now_and_then()
            if found:
                self.at_rest.clear()
                return found

    async def _wait_out(self, error: Exception) -> None:
        if self.failing_since is None:
            self.failing_since = time.monotonic()
            log.warning("consumer_cannot_poll", group=self._group_id, error=type(error).__name__)
        await asyncio.sleep(AGAIN_SECONDS)

    async def commit(self, offsets: Any = None) -> None:
        """Notes what was handled; Kafka is told a moment later. Nothing is polled between a batch and its commit."""
        assignment = self._subscription.subscription and self._subscription.subscription.assignment
        self._handled = offsets or (assignment.all_consumed_offsets() if assignment else {})
        self._commit_now_and_then()

    async def stop(self) -> None:
        await self.commit_now()
        await super().stop()

    async def commit_now(self) -> None:
        """Never raises, and waits for no absent Kafka: records whose commit failed come again, and the inbox knows them."""
        if self._committing is not None:
            await asyncio.wait({self._committing})
        await self._tell_kafka()

    def _commit_now_and_then(self) -> None:
        """Beside the next batch, which does not wait for it."""
        under_way = self._committing is not None and not self._committing.done()
        if self._handled and not under_way and time.monotonic() - self._committed_at >= COMMIT_EVERY_SECONDS:
            self._committing = asyncio.create_task(self._tell_kafka(), name="commit")

    async def _tell_kafka(self) -> None:
        handled, self._handled = self._handled, {}
        if not handled:
            return
        self._committed_at = time.monotonic()
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                await super().commit(handled)
        except Trouble as error:
            _uncommitted.labels(self._group_id).inc()
            log.warning("offsets_not_committed", group=self._group_id, error=type(error).__name__)
        except Exception:
            _uncommitted.labels(self._group_id).inc()
            log.exception("commit_failed", group=self._group_id)


async def connected(bootstrap: str, *, client: str) -> KafkaBroker:
    """A broker for subscribers only, which makes no topics; its consumers are patient."""
    broker = KafkaBroker(
        bootstrap,
        client_id=client,
        retry_backoff_ms=RETRY_MILLISECONDS,
        allow_auto_create_topics=False,
        consumer_only=True,
        graceful_timeout=GRACE_SECONDS,
        apply_types=False,
        logger=None,
    )
    await broker.connect()
    config = broker.config.broker_config
    config.builder = partial(PatientConsumer, **config.builder.keywords)  # type: ignore[attr-defined]
    return broker


def subscribe(
    broker: KafkaBroker,
    *,
    topic: str,
    group: str,
    handle: Handle,
    listener: ConsumerRebalanceListener,
    may_wait: bool = False,
) -> Any:
    """A subscriber, not started: batches as raw records, committed after `handle` returned; a new group reads from the beginning.

    When `handle` raises, the batch comes again. `may_wait` lets Kafka gather records for a while before it answers.
    """
    subscriber = broker.subscriber(
        topic,
        group_id=group,
        batch=True,
        max_records=BATCH_RECORDS,
        batch_timeout_ms=POLL_MILLISECONDS,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        session_timeout_ms=SESSION_MILLISECONDS,
        heartbeat_interval_ms=HEARTBEAT_MILLISECONDS,
        rebalance_timeout_ms=REBALANCE_MILLISECONDS,
        fetch_min_bytes=GATHER_BYTES if may_wait else 1,
        fetch_max_wait_ms=GATHER_MILLISECONDS if may_wait else FETCH_MILLISECONDS,
        listener=listener,
        parser=_parse,
        decoder=_raw,
    )

    @subscriber
    async def take(records: Any) -> None:
        await handle(records)

    return subscriber


async def _parse(records: Any, original: Any) -> Any:
    """One message for the whole batch; headers are read later, since FastStream's reading stops at any that is not UTF-8."""
    message = await original((dataclasses.replace(records[0], headers=()),))
    message.raw_message = records
    return message


async def _raw(message: Any) -> Any:
    """The records as they came; the registry decodes each once."""
    return message.raw_message
