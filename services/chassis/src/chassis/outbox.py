"""The outbox: events stored in the transaction of their change. Columns as Debezium's outbox event router reads them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from contracts import envelope
from contracts.base import Event
from contracts.registry import topic_of
from contracts.topics import Topic

COLUMNS: Final = "id, aggregatetype, aggregateid, type, payload, headers, partition"
CASTS: Final = ("uuid[]", "text[]", "text[]", "text[]", "bytea[]", "jsonb[]", "int[]")


class Row(NamedTuple):
    """One event as it lies in the table; `aggregatetype` is its topic, `aggregateid` its key."""

    id: UUID
    aggregatetype: str
    aggregateid: str
    type: str
    payload: bytes
    headers: dict[str, str]
    partition: int | None


def unnest(first: int) -> str:
    """`unnest(...)` of the seven arrays, the first of them being parameter `$first`: for hand-written statements."""
    return "unnest(" + ", ".join(f"${first + index}::{cast}" for index, cast in enumerate(CASTS)) + ")"


INSERT: Final = f"INSERT INTO outbox ({COLUMNS}) SELECT * FROM {unnest(1)}"
INSERT_NUMBERED: Final = f"{INSERT} RETURNING seq"


class Numbered(NamedTuple):
    """Rows as they lie in the table: the first under `seq`, each of the others under the next number."""

    seq: int
    rows: Sequence[Row]


def numbered(rows: Sequence[Row], *, seqs: Sequence[int] | None) -> Numbered | None:
    """`seqs` are those of the rows, in their order. None where somebody else took a number between them."""
    if not seqs or list(seqs) != list(range(seqs[0], seqs[0] + len(rows))):
        return None
    return Numbered(seqs[0], tuple(rows))


def row(
    event: Event,
    *,
    service: str,
    traceparent: str | None = None,
    topic: Topic | None = None,
    partition: int | None = None,
) -> Row:
    """An event made ready. `topic` is only needed for one that travels in several."""
    record = envelope.encode(event, source=service, traceparent=traceparent)
    name = (topic or topic_of(event)).name
    return Row(
        event.event_id, name, record.key.decode(), record.headers["ce_type"], record.value, record.headers, partition
    )


def arrays(rows: Sequence[Row]) -> list[list[Any]]:
    """One array per column, in the order of `COLUMNS`."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in CASTS]


def rows(events: Iterable[Event], *, service: str, traceparent: str | None = None) -> list[list[Any]]:
    """The arrays of these events, for a hand-written statement that appends them itself."""
    return arrays([row(event, service=service, traceparent=traceparent) for event in events])


def headers_of(stored: Any) -> list[tuple[str, bytes]]:
    """Headers as Kafka takes them."""
    values = msgspec.json.decode(stored) if isinstance(stored, str) else stored
    return [(name, str(value).encode()) for name, value in values.items()]
