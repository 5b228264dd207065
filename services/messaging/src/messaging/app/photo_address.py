"""The addresses at which a carrier fetches photos of ours: signed, and good for a while only."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from chassis import ids

GOOD_FOR: Final = timedelta(hours=4)
"""Carriers fetch within minutes; queues at a carrier last hours at most."""


def photo_ids(text_id: UUID, count: int) -> Sequence[UUID]:
    """Of the photos that go out with a text, in their order."""
    return [
        text_id if position == 0 else ids.derived_id("photo", str(text_id), str(position)) for position in range(count)
    ]


def photo_address(*, public_url: str, media_id: UUID, key: bytes, now: datetime) -> str:
    expires = int((now + GOOD_FOR).timestamp())
    return f"{public_url}/leads/photos/{media_id}/{expires}-{_mark(media_id, expires, key)}"


def opened(ticket: str, *, media_id: UUID, key: bytes, now: datetime) -> bool:
    """Whether it is ours and still good."""
    expires, _, mark = ticket.partition("-")
    if not expires.isdecimal() or int(expires) < now.timestamp():
        return False
    return hmac.compare_digest(mark.encode(), _mark(media_id, int(expires), key).encode())


def _mark(media_id: UUID, expires: int, key: bytes) -> str:
    return hmac.digest(key, f"photo|{media_id}|{expires}".encode(), "sha256").hex()
