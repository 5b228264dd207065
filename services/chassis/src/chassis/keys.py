"""Keys of the deployment, and what is done with them: encryption at rest, and sealing to messaging alone."""

import base64
import os
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


class SealError(Exception):
    """It was sealed to somebody else, altered, or is no sealed text at all."""


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """`at_rest`: Fernet keys, the first encrypts, all decrypt. `session_public`: all verify; the seed signs.

    What a service is not given is empty or None.
    """

    id_key: bytes
    at_rest: tuple[bytes, ...]
    session_seed: bytes
    messaging_seal_public: bytes
    session_public: tuple[bytes, ...] = ()
    messaging_seal_private: bytes | None = None

    def __repr__(self) -> str:
        return "Keys(...)"


def derive_keys(root: bytes) -> Keys:
    """All keys from one root, as on a laptop; in production each comes from a setting of its own."""
    private = X25519PrivateKey.from_private_bytes(_derived(root, "seal/messaging"))
    return Keys(
        id_key=_derived(root, "homeowner id"),
        at_rest=(base64.urlsafe_b64encode(_derived(root, "at rest")),),
        session_seed=(seed := _derived(root, "session")),
        session_public=(public_of(seed),),
        messaging_seal_public=private.public_key().public_bytes_raw(),
        messaging_seal_private=private.private_bytes_raw(),
    )


def public_of(session_seed: bytes) -> bytes:
    """The Ed25519 key that verifies what this seed signs."""
    return Ed25519PrivateKey.from_private_bytes(session_seed).public_key().public_bytes_raw()


def encrypt(keys: Keys, plain: str) -> str:
    """A token for a column at rest."""
    return _fernet(keys).encrypt(plain.encode()).decode()


def decrypt(keys: Keys, token: str) -> str:
    """Raises cryptography.fernet.InvalidToken when no key fits."""
    return _fernet(keys).decrypt(token.encode()).decode()


def seal(public: bytes, plain: str) -> str:
    """Base64 that only the holder of the private key can open: X25519, HKDF-SHA256, ChaCha20-Poly1305."""
    ephemeral = X25519PrivateKey.generate()
    sender = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    nonce = os.urandom(NONCE_BYTES)
    box = ChaCha20Poly1305(_shared_key(shared, sender, public)).encrypt(nonce, plain.encode(), None)
    return base64.b64encode(sender + nonce + box).decode()


def unseal(private: bytes, sealed: str) -> str:
    """Opens what `seal` made for the public half of this key. Raises SealError when it cannot."""
    key = X25519PrivateKey.from_private_bytes(private)
    try:
        raw = base64.b64decode(sealed, validate=True)
        sender, nonce, box = raw[:KEY_BYTES], raw[KEY_BYTES : KEY_BYTES + NONCE_BYTES], raw[KEY_BYTES + NONCE_BYTES :]
        shared = key.exchange(X25519PublicKey.from_public_bytes(sender))
        shared_key = _shared_key(shared, sender, key.public_key().public_bytes_raw())
        return ChaCha20Poly1305(shared_key).decrypt(nonce, box, None).decode()
    except (ValueError, InvalidTag) as error:
        raise SealError("it cannot be opened with this key") from error


def _shared_key(shared: bytes, sender: bytes, receiver: bytes) -> bytes:
    return _derived(shared, "sealed box", salt=sender + receiver)


def _derived(root: bytes, purpose: str, *, salt: bytes | None = None) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=f"callsnare/{purpose}".encode()).derive(
        root
    )


def _fernet(keys: Keys) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys.at_rest])
