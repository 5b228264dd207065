"""Where ids come from: random ones that sort by time, and derived ones that are the same wherever they are computed."""

import hashlib
import hmac
import os
import time
from uuid import UUID

_VERSION_MASK, _VARIANT_MASK, _VARIANT = 0xF, 0x3, 0x2


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): milliseconds since the epoch, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    return _stamped(milliseconds << 80 | int.from_bytes(os.urandom(10)), version=7)


def derived_id(*parts: str) -> UUID:
    """A UUIDv8 from the SHA-256 of the parts: the same parts give the same id."""
    told = "".join(f"{len(part)}:{part}" for part in parts)  # no two lists of parts read alike
    return _stamped(int.from_bytes(hashlib.sha256(told.encode()).digest()[:16]), version=8)


def homeowner_id(*, key: bytes, organization_id: UUID, number: str) -> UUID:
    """Who a homeowner is to one organization, without giving the number away: `HMAC-SHA256(key, organization | E.164)`."""
    digest = hmac.digest(key, f"{organization_id}|{number}".encode(), "sha256")
    return _stamped(int.from_bytes(digest[:16]), version=8)


def text_tag(*, key: bytes, organization_id: UUID, text_id: UUID) -> str:
    """32 hexadecimal characters that ride beside our text's id in a status callback and prove whose text it is."""
    return hmac.digest(key, f"text|{organization_id}|{text_id}".encode(), "sha256")[:16].hex()


def _stamped(value: int, *, version: int) -> UUID:
    value &= (1 << 128) - 1
    value &= ~(_VERSION_MASK << 76) & ~(_VARIANT_MASK << 62)
    return UUID(int=value | version << 76 | _VARIANT << 62)
