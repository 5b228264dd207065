"""What an address that nobody has is checked against."""

import pytest
from argon2.exceptions import VerifyMismatchError

from capture.app.hashing import Passwords


def test_the_hash_of_no_password_is_checked_as_any_other() -> None:
    passwords = Passwords(memory_kib=64, rounds=2)
    assert not passwords.is_old(passwords.nobodys), "it costs what a member's own costs"
    with pytest.raises(VerifyMismatchError):  # decoded and computed to the end
        passwords.hasher.verify(passwords.nobodys, "whatever")
