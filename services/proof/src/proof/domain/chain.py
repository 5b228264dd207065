"""The chain's arithmetic: what an entry's digest covers. `docs/verify_proof.py` computes the same on its own."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

GENESIS: Final = bytes(32)
"""What stands before the first entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry as it is chained. `event_id` is the source event's id as text; digests are 32 bytes."""

    sequence: int
    type: str
    occurred_at: datetime
    event_id: str
    content_digest: bytes
    previous: bytes


def content_digest(*, salt: bytes, payload: bytes) -> bytes:
    """SHA-256 of salt and payload: the payload can be erased and cannot be guessed afterwards."""
    return hashlib.sha256(salt + payload).digest()


def digest(entry: Entry) -> bytes:
    """SHA-256 over the entry's fields, one a line, in this order."""
    lines = (
        str(entry.sequence),
        entry.type,
        moment(entry.occurred_at),
        entry.event_id,
        entry.content_digest.hex(),
        entry.previous.hex(),
    )
    return hashlib.sha256("\n".join(lines).encode()).digest()


def moment(at: datetime) -> str:
    """A moment as it is chained: UTC, microseconds, `Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def problem(entry: Entry, stored: bytes, *, expected_sequence: int, expected_previous: bytes) -> str | None:
    """What is wrong with an entry at its place in the chain; None when nothing is."""
    if entry.sequence != expected_sequence:
        return f"entry {expected_sequence} is missing"
    if entry.previous != expected_previous:
        return f"entry {entry.sequence} does not follow the one before it"
    if digest(entry) != stored:
        return f"entry {entry.sequence} was altered"
    return None
