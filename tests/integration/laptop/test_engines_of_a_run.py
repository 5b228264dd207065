"""The engines that every other test stands on."""

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts.topics import ALL, INBOUND


async def test_postgres_18_answers_its_superuser_in_utc(postgres_superuser: str) -> None:
    connection = await asyncpg.connect(postgres_superuser)
    try:
        assert (await connection.fetchval("SHOW server_version")).startswith("18")
        assert await connection.fetchval("SHOW timezone") == "UTC"
    finally:
        await connection.close()


async def test_a_record_comes_back_from_a_topic_of_the_contract(kafka: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True)
    consumer = AIOKafkaConsumer(INBOUND.name, bootstrap_servers=kafka, auto_offset_reset="earliest")
    await producer.start()
    await consumer.start()
    try:
        sent = await producer.send_and_wait(INBOUND.name, b"engine check", key=b"engine check")
        assert {topic.name for topic in ALL} <= await consumer.topics()
        while (record := await consumer.getone()).offset != sent.offset or record.partition != sent.partition:
            continue
        assert record.value == b"engine check"
    finally:
        await consumer.stop()
        await producer.stop()
