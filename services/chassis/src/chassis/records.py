"""Kafka records as consumers see them: read once, whatever is wrong with them, and made ready to be kept."""

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from contracts import envelope
from contracts.base import Event

if TYPE_CHECKING:
    from aiokafka.structs import ConsumerRecord  # commands that only read a table need no Kafka client

NUL: Final = "\x00"
"""What Postgres takes in no text and no JSON."""


class Taken(NamedTuple):
    """A record, and what it turned out to be. `key` is that of the record: what orders it."""

    record: "ConsumerRecord"
    key: str
    headers: dict[str, str]
    found: Event | envelope.Unknown | envelope.Malformed


class Stored(NamedTuple):
    """A record as it is kept in `parked` and `dead_letters`."""

    key: str
    topic: str
    partition: int
    record_offset: int
    event_id: UUID | None
    type: str
    payload: bytes
    headers: dict[str, str]


def read(record: "ConsumerRecord") -> Taken:
    """Never raises, whatever a foreign producer has put there."""
    try:
        headers = envelope.read_headers(record.headers)
    except AttributeError:  # a header may have no value
        headers = envelope.read_headers((name, value or b"") for name, value in record.headers)
    key = storable((record.key or b"").decode("utf-8", "replace"))
    return Taken(record, key, headers, decoded(headers, record.value))


def decoded(headers: dict[str, str], value: bytes | None) -> Event | envelope.Unknown | envelope.Malformed:
    """Also what nests deeper than the decoder goes is only malformed."""
    try:
        return envelope.decode(headers, value or b"")
    except Exception as error:  # noqa: BLE001 -- as said above
        return envelope.Malformed(headers.get("ce_type", ""), f"{type(error).__name__}: {error}")


def stored(taken: Taken) -> Stored:
    """With an id when it has a proper one."""
    record, headers = taken.record, {storable(name): storable(value) for name, value in taken.headers.items()}
    return Stored(
        key=taken.key,
        topic=record.topic,
        partition=record.partition,
        record_offset=record.offset,
        event_id=_event_id(headers),
        type=headers.get("ce_type", ""),
        payload=record.value or b"",
        headers=headers,
    )


def storable(text: str) -> str:
    """Text that Postgres takes."""
    if text.isascii() and NUL not in text:
        return text
    return text.replace(NUL, "\ufffd").encode("utf-8", "replace").decode()


def stored_of(row: Any) -> Stored:
    """From a row of `parked` or `dead_letters`."""
    return Stored(*(row[name] for name in Stored._fields))


def _event_id(headers: dict[str, str]) -> UUID | None:
    try:
        return UUID(headers.get("ce_id", ""))
    except ValueError:
        return None
