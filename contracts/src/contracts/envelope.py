"""The wire format: JSON in the value, CloudEvents 1.0 attributes in the headers (Kafka protocol binding, binary mode)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from contracts.base import Event, type_of
from contracts.registry import EVENTS

CONTENT_TYPE: Final = "application/json"

_encoder = msgspec.json.Encoder()
_decoders: Final = {name: msgspec.json.Decoder(event) for name, event in EVENTS.items()}


class Record(NamedTuple):
    """One Kafka record before it is sent."""

    key: bytes
    value: bytes
    headers: dict[str, str]


class Unknown(NamedTuple):
    """A record whose type this version does not know: counted and skipped."""

    type: str


class Malformed(NamedTuple):
    """A record that names a known type and does not decode: it is parked, with the reason."""

    type: str
    error: str


def encode(event: Event, *, source: str, traceparent: str | None = None) -> Record:
    """An event as it travels; `source` is the emitting service, `traceparent` the W3C trace context."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(event.event_id),
        "ce_type": type_of(event),
        "ce_source": f"/callsnare/{source}",
        "ce_time": _rfc3339(event.occurred_at),
        "ce_subject": str(event.key),
        "content-type": CONTENT_TYPE,
    }
    if traceparent:
        headers["traceparent"] = traceparent
    return Record(key=str(event.key).encode(), value=_encoder.encode(event), headers=headers)


def decode(headers: Mapping[str, str], value: bytes) -> Event | Unknown | Malformed:
    """The event of a record, found by its `ce_type` header. Never raises."""
    name = headers.get("ce_type", "")
    decoder = _decoders.get(name)
    if decoder is None:
        return Unknown(name)
    try:
        return decoder.decode(value)
    except (msgspec.DecodeError, ValueError) as error:
        return Malformed(name, str(error))


def read_headers(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """Headers as text; bytes that are not UTF-8 are replaced, since a foreign header must not stop a partition."""
    return {name: value.decode("utf-8", "replace") for name, value in headers}


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
