import base64

import msgspec
import pytest
from cryptography.fernet import InvalidToken
from hypothesis import given
from hypothesis import strategies as st

from chassis.keys import SealError, decrypt, derive_keys, encrypt, seal, unseal

ROOT, OTHER_ROOT = b"\x01" * 32, b"\x02" * 32
KEYS, OTHERS = derive_keys(ROOT), derive_keys(OTHER_ROOT)


def _private() -> bytes:
    assert KEYS.messaging_seal_private is not None
    return KEYS.messaging_seal_private


def test_the_same_root_gives_the_same_keys() -> None:
    assert derive_keys(ROOT) == KEYS


def test_no_two_purposes_share_a_key() -> None:
    keys = [KEYS.id_key, base64.urlsafe_b64decode(KEYS.at_rest[0]), KEYS.session_seed, KEYS.messaging_seal_private]
    assert len({*keys, KEYS.messaging_seal_public}) == 5


def test_a_column_of_another_deployment_cannot_be_read() -> None:
    with pytest.raises(InvalidToken):
        decrypt(OTHERS, encrypt(KEYS, "secret"))


def test_during_a_rotation_old_columns_are_read_and_new_ones_use_the_first_key() -> None:
    rotating = msgspec.structs.replace(KEYS, at_rest=(*OTHERS.at_rest, *KEYS.at_rest))
    assert decrypt(rotating, encrypt(KEYS, "secret")) == "secret"
    assert decrypt(OTHERS, encrypt(rotating, "secret")) == "secret"


@pytest.mark.parametrize(
    "sealed",
    ["", "not base64", "AAAA", seal(OTHERS.messaging_seal_public, "secret")],
    ids=["empty", "text", "short", "other"],
)
def test_what_was_not_sealed_to_this_key_is_not_opened(sealed: str) -> None:
    with pytest.raises(SealError):
        unseal(_private(), sealed)


def test_an_altered_seal_is_not_opened() -> None:
    raw = bytearray(base64.b64decode(seal(KEYS.messaging_seal_public, "secret")))
    raw[-1] ^= 1
    with pytest.raises(SealError):
        unseal(_private(), base64.b64encode(bytes(raw)).decode())


@given(st.text())
def test_what_is_sealed_or_encrypted_comes_back(plain: str) -> None:
    assert unseal(_private(), seal(KEYS.messaging_seal_public, plain)) == plain
    assert decrypt(KEYS, encrypt(KEYS, plain)) == plain


def test_sealing_twice_never_looks_alike() -> None:
    assert seal(KEYS.messaging_seal_public, "secret") != seal(KEYS.messaging_seal_public, "secret")
