"""The session's token: a Person, signed by capture with Ed25519. Everybody else only verifies.

`base64url(JSON).base64url(signature)`; one form, one algorithm, nothing in it chooses how it is checked.
"""

import base64
import binascii
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chassis.keys import Keys
from chassis.people import Person

PURPOSE: Final = b"callsnare session 1\n"
LONGEST: Final = 2000

_decoder = msgspec.json.Decoder(Person)


class TokenError(Exception):
    """It is none, was altered, or was signed with a key that is not known here."""


def mint(keys: Keys, person: Person) -> str:
    """Signs; only capture has the seed. Raises ValueError without one."""
    payload = _text(msgspec.json.encode(person))
    signature = Ed25519PrivateKey.from_private_bytes(keys.session_seed).sign(PURPOSE + payload)
    return f"{payload.decode()}.{_text(signature).decode()}"


def read(keys: Keys, token: str) -> Person:
    """Whose it is; whether it has ended is for the caller to look at. Raises TokenError."""
    payload, separator, signature = token.partition(".")
    if not separator or len(token) > LONGEST:
        raise TokenError("this is no token")
    try:
        signed, raw = PURPOSE + payload.encode(), _bytes(signature)
        if not any(_verifies(public, signed, raw) for public in keys.session_public):
            raise TokenError("the signature does not fit")
        return _decoder.decode(_bytes(payload))
    except (ValueError, binascii.Error, msgspec.MsgspecError) as error:
        raise TokenError("this is no token") from error


def _verifies(public: bytes, signed: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def _text(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
