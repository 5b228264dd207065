"""Passwords hashed and checked with argon2id, aside from the event loop; a few at once and a short queue, since each takes its share of memory."""

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from chassis.metrics import counter, gauge

T = TypeVar("T")
AT_ONCE: Final = 4
MOST: Final = 32
"""That hash or wait for it. Strangers get half of the places, so that a flood of theirs keeps no known device out."""
AGAIN_SECONDS: Final = 3

_under_way: Final = gauge("passwords_under_way", "Passwords that are hashed or wait for it")
_refused: Final = counter("passwords_refused", "Passwords not looked at since too many waited")


class TooMuchHashing(Exception):
    """So many passwords wait that another would wait too long: again in `AGAIN_SECONDS`."""


class Passwords:
    """`with passwords.place(known=...)` keeps a place; hashing and checking ask for one, so none is forgotten."""

    def __init__(self, *, memory_kib: int, rounds: int) -> None:
        self.hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib)
        self.nobodys = _nobodys(self.hasher)
        self._room = asyncio.Semaphore(AT_ONCE)
        self._kept = 0

    @contextmanager
    def place(self, *, known: bool) -> Iterator["Place"]:
        """`known`: the device let this member in before, or the person is signed in. Raises TooMuchHashing."""
        if self._kept >= (MOST if known else MOST // 2):
            _refused.inc()
            raise TooMuchHashing
        self._kept += 1
        _under_way.inc()
        try:
            yield Place(self)
        finally:
            self._kept -= 1
            _under_way.dec()

    async def aside(self, work: Callable[[], T]) -> T:
        async with self._room:
            return await asyncio.to_thread(work)

    def is_old(self, stored: str) -> bool:
        """Whether it was made with weaker parameters than today's."""
        return self.hasher.check_needs_rehash(stored)


class Place:
    """Checking takes as long whether there is a hash or not: an address that nobody has looks like any other."""

    def __init__(self, passwords: Passwords) -> None:
        self._passwords = passwords

    async def hash(self, password: str) -> str:
        return await self._passwords.aside(lambda: self._passwords.hasher.hash(password))

    async def fits(self, password: str, stored: str | None) -> bool:
        """False where nothing is stored."""
        fits = await self._passwords.aside(lambda: self._verified(password, stored or self._passwords.nobodys))
        return fits and stored is not None

    def _verified(self, password: str, stored: str) -> bool:
        try:
            return self._passwords.hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def _nobodys(hasher: PasswordHasher) -> str:
    """The hash of no password: made without hashing, and as slow to check as any."""
    salt, tag = (
        b64encode(secrets.token_bytes(length)).decode().rstrip("=") for length in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${tag}"
