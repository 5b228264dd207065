"""Whether a callback comes from the provider: Twilio's request signatures.

HMAC over the public address and the sorted form fields, SHA-1 unless the settings header says otherwise. A JSON body is
not signed itself: its digest stands in the address as `bodySHA256`. Source: Twilio's pages on webhook security and on
shared keys, and its SDK, against which the tests hold every line of this.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

DEFAULT_PORTS: Final = {"https": 443, "http": 80}
ALGORITHMS: Final = {"HMAC_SHA1": "sha1", "HMAC_SHA256": "sha256"}
Fields = Iterable[tuple[str, str]]


class Bases(NamedTuple):
    """The public address as configured, and its other spelling: with or without the port. Providers sign either."""

    configured: str
    other: str


def bases(public_url: str) -> Bases:
    """`https://a.example` and `https://a.example:443`."""
    parts = urlsplit(public_url)
    host = parts.netloc.rpartition("@")[2]
    bare = host.rsplit(":", 1)[0] if parts.port is not None else host
    port = parts.port or DEFAULT_PORTS.get(parts.scheme, 443)
    other = bare if parts.port is not None else f"{bare}:{port}"
    return Bases(f"{parts.scheme}://{host}{parts.path}", f"{parts.scheme}://{other}{parts.path}")


def signed_text(fields: Fields) -> str:
    """What follows the address. Repeated fields count once for each distinct value, in order, as the SDK does."""
    return "".join(name + value for name, value in sorted(set(fields)))


def signature(*, secret: str, address: str, text: str, algorithm: str = "sha1") -> str:
    return base64.b64encode(hmac.digest(secret.encode(), (address + text).encode(), algorithm)).decode()


def form_verifies(
    *, secrets: Sequence[str], bases: Bases, rest: str, fields: Fields, given: str, algorithm: str = "sha1"
) -> bool:
    """Whether one of the secrets signed this form. `rest` is the address after the host. Compares in constant time."""
    return _verifies(secrets, bases, rest, signed_text(fields), given, algorithm)


def body_verifies(
    *, secrets: Sequence[str], bases: Bases, rest: str, body: bytes, given: str, algorithm: str = "sha1"
) -> bool:
    """The same for a JSON body: one without a digest in its address is not covered by the signature and never verifies."""
    named = parse_qs(urlsplit(rest).query).get("bodySHA256", [""])[0]
    same = hmac.compare_digest(named.encode(), hashlib.sha256(body).hexdigest().encode())
    return same and _verifies(secrets, bases, rest, "", given, algorithm)


def settings(header: str | None) -> tuple[str | None, str | None]:
    """Algorithm and key id that `key=<id>,algorithm=HMAC_SHA256` names; the algorithm is None for one we do not know."""
    parts: Mapping[str, str] = dict(_pairs(header or ""))
    return ALGORITHMS.get((parts.get("algorithm") or "HMAC_SHA1").upper()), parts.get("key") or None


def _verifies(secrets: Sequence[str], bases: Bases, rest: str, text: str, given: str, algorithm: str) -> bool:
    wanted = given.encode("utf-8", "replace")
    for base in bases:
        for secret in secrets:
            made = signature(secret=secret, address=base + rest, text=text, algorithm=algorithm)
            if hmac.compare_digest(made.encode(), wanted):
                return True
    return False


def _pairs(header: str) -> Iterable[tuple[str, str]]:
    for part in header.split(","):
        name, separator, value = part.partition("=")
        if separator:
            yield name.strip(), value.strip()
