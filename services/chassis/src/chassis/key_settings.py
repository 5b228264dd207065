"""Keys from settings: one root on a laptop; in production each key by itself, and each service only its own."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.fernet import Fernet

from chassis.keys import KEY_BYTES, Keys, derive_keys, public_of

PREFIX: Final = "CALLSNARE_KEY_"
NAMES: Final = ("ID", "AT_REST", "SESSION", "SESSION_PUBLIC", "SEAL_PUBLIC", "SEAL_PRIVATE")
NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "capture": frozenset({"ID", "AT_REST", "SESSION", "SEAL_PUBLIC"}),
    "messaging": frozenset({"ID", "SESSION_PUBLIC", "SEAL_PRIVATE"}),
}
OTHERS: Final = frozenset({"ID", "SESSION_PUBLIC"})
"""Everybody needs ID, since everybody computes homeowners' ids, and knows who is signed in; capture alone signs people in
and keeps providers' secrets, messaging alone opens them."""


def read_keys(service: str, *, environ: Mapping[str, str], data: Path, problems: list[str]) -> Keys | None:
    """None when a problem was noted. Messages never hold a key."""
    if any(environ.get(PREFIX + name) for name in NAMES):
        return _single(service, environ, problems)
    return _from_root(environ, data, problems)


def _single(service: str, environ: Mapping[str, str], problems: list[str]) -> Keys | None:
    before = len(problems)
    needed = NEEDED.get(service, OTHERS)

    def read(name: str, parse: Callable[[str], Any], *, absent: Any, meaning: str) -> Any:
        text = (environ.get(PREFIX + name) or "").strip()
        if not text:
            if name in needed:
                problems.append(f"{PREFIX}{name} is not set, and {service} needs it")
            return absent
        try:
            return parse(text)
        except ValueError:
            problems.append(f"{PREFIX}{name} is not {meaning}")
            return absent

    hexadecimal = f"{KEY_BYTES * 2} hexadecimal digits"
    seed = read("SESSION", _raw, absent=b"", meaning=hexadecimal)
    verifying = read("SESSION_PUBLIC", _raw_keys, absent=(), meaning=f"keys of {hexadecimal} each, by commas")
    keys = Keys(
        id_key=read("ID", _raw, absent=b"", meaning=hexadecimal),
        at_rest=read("AT_REST", _fernet_keys, absent=(), meaning="Fernet keys (32 bytes in URL-safe base64) by commas"),
        session_seed=seed,
        session_public=((public_of(seed),) if seed else ()) + verifying,
        messaging_seal_public=read("SEAL_PUBLIC", _raw, absent=b"", meaning=hexadecimal),
        messaging_seal_private=read("SEAL_PRIVATE", _raw, absent=None, meaning=hexadecimal),
    )
    return keys if len(problems) == before else None


def _from_root(environ: Mapping[str, str], data: Path, problems: list[str]) -> Keys | None:
    path = data / "secret_key"
    try:
        root = environ.get("CALLSNARE_SECRET_KEY") or path.read_text()
        return derive_keys(_raw(root.strip()))
    except OSError as error:
        why = "there is no" if isinstance(error, FileNotFoundError | NotADirectoryError) else "nobody may read"
        problems.append(f"CALLSNARE_SECRET_KEY is not set, and {why} {path}")
    except ValueError:
        problems.append(f"CALLSNARE_SECRET_KEY is not {KEY_BYTES * 2} hexadecimal digits")
    return None


def _raw(text: str) -> bytes:
    key = bytes.fromhex(text)
    if len(key) != KEY_BYTES:
        raise ValueError
    return key


def _raw_keys(text: str) -> tuple[bytes, ...]:
    return tuple(_raw(key.strip()) for key in text.split(",") if key.strip())


def _fernet_keys(text: str) -> tuple[bytes, ...]:
    keys = tuple(key.strip().encode() for key in text.split(",") if key.strip())
    for key in keys:
        Fernet(key)  # raises ValueError
    return keys
