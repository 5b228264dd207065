"""An outbox row as a record in a batch: the partition it belongs to, and what of it travels."""

from collections.abc import Mapping
from typing import Any, Final

import asyncpg
from aiokafka.errors import MessageSizeTooLargeError
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from chassis import broker, outbox
from chassis.partitions import partition_of
from contracts import topics

PARTITIONS: Final = {each.name: each.partitions for each in topics.ALL}

Row = asyncpg.Record | Mapping[str, Any]
"""As it was read, or as this process has just written it."""
Lane = tuple[str, int]
"""A partition of a topic."""


def lane(row: Row) -> Lane:
    """The partition that the row names, else that of its key."""
    topic, partition = row["aggregatetype"], row["partition"]
    if partition is None:
        partition = partition_of(row["aggregateid"], PARTITIONS.get(topic, topics.PARTITIONS))
    return topic, partition


def pack(batch: Any, row: Row) -> bool:
    """False when the batch, one of aiokafka's, is full. Raises MessageSizeTooLargeError, TypeError, ValueError for what no batch can hold."""
    key, value, headers = row["aggregateid"].encode(), row["payload"], outbox.headers_of(row["headers"])
    if DefaultRecordBatchBuilder.estimate_size_in_bytes(key, value, headers) > broker.LARGEST_RECORD:
        raise MessageSizeTooLargeError(f"more than {broker.LARGEST_RECORD} bytes")
    return batch.append(timestamp=None, key=key, value=value, headers=headers) is not None
