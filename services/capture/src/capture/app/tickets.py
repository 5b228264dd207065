"""Small signed texts that a browser keeps for us, and tokens of one-time links."""

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta

from chassis.keys import Keys


def new_token() -> str:
    """256 random bits for a link or a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """What is stored of a token: it cannot be turned back, and needs no salt, since nobody chose it."""
    return hashlib.sha256(token.encode()).digest()


def sign(keys: Keys, *, purpose: str, text: str, now: datetime, life: timedelta) -> str:
    """`text|end|mac`; only capture can make it, and only for this purpose."""
    body = f"{text}|{int((now + life).timestamp())}"
    return f"{body}|{_mac(keys, purpose, body)}"


def opened(keys: Keys, *, purpose: str, ticket: str, now: datetime) -> str | None:
    """The text; None for one that ended, was altered, or was signed for something else."""
    body, _, given = ticket.rpartition("|")
    text, _, end = body.rpartition("|")
    if not same(given, _mac(keys, purpose, body)):
        return None
    return text if datetime.fromtimestamp(int(end), UTC) > now else None


def mac(keys: Keys, *, purpose: str, text: str) -> str:
    """Ties a form to the browser it was shown in, without an end."""
    return _mac(keys, purpose, text)


def same(one: str, other: str) -> bool:
    """Compared in the same time whatever differs."""
    return hmac.compare_digest(one.encode(), other.encode())


def _mac(keys: Keys, purpose: str, text: str) -> str:
    return hmac.digest(keys.session_seed, f"{purpose}|{text}".encode(), "sha256").hex()
