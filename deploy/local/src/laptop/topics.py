"""Topics are created from `contracts.topics`, explicitly: never by a producer that happened to come first."""

import asyncio
import logging
from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError

from contracts.topics import ALL, Topic
from laptop.errors import LaptopError

READY_SECONDS = 30.0


async def cluster_of(*, bootstrap: str) -> str | None:
    """The cluster's id once a broker of it serves; None while it does not answer."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # a broker that is still starting is no news
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=2000)
    try:
        await asyncio.wait_for(admin.start(), 5)
        described = await asyncio.wait_for(admin.describe_cluster(), 5)
    except (KafkaError, OSError, TimeoutError):
        return None
    finally:
        await admin.close()
    return str(described["cluster_id"]) if described.get("brokers") else None


async def ensure(*, bootstrap: str, topics: Sequence[Topic] = ALL, replication: int = 1) -> None:
    """Create what is missing; refuse what has another number of partitions. Safe to repeat."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        await _create(admin, [topic for topic in topics if topic.name not in existing], replication)
        await _wait_until_served(admin, topics)
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, topics: Sequence[Topic], replication: int) -> None:
    if not topics:
        return
    wanted = [NewTopic(topic.name, topic.partitions, replication, topic_configs=topic.configs) for topic in topics]
    response = await admin.create_topics(wanted)
    for name, code, *rest in response.topic_errors:
        if code not in (0, TopicAlreadyExistsError.errno):
            raise LaptopError(f"Kafka refused to create {name}: {rest[0] if rest and rest[0] else code}")


async def _wait_until_served(admin: AIOKafkaAdminClient, topics: Sequence[Topic]) -> None:
    """Every partition has its leader, and as many as the contract says."""
    expected = {topic.name: topic.partitions for topic in topics}
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    while True:
        described = await admin.describe_topics(list(expected))
        found = {topic["topic"]: topic["partitions"] for topic in described if topic["error_code"] == 0}
        led = {name for name, partitions in found.items() if all(each["leader"] >= 0 for each in partitions)}
        if led == set(expected):
            break
        if asyncio.get_running_loop().time() > deadline:
            raise LaptopError(f"topics without a leader: {', '.join(sorted(set(expected) - led))}")
        await asyncio.sleep(0.05)
    for name, partitions in found.items():
        if len(partitions) != expected[name]:
            raise LaptopError(f"topic {name} has {len(partitions)} partitions, the contract says {expected[name]}")
