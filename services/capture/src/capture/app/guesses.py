"""Slows down who guesses, without locking anybody else out.

Failures count per address and place, and per place alone; a device that let this member in before counts by itself.
So a stranger's failures delay the stranger, and never the member at another place or on a known device.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from capture.app.tickets import digest
from capture.domain.lock_out import FREE, FREE_OF_A_PLACE, failures_now, wait_after
from capture.store import sign_in_failures
from capture.store.sign_in_failures import Failures
from chassis.database import Database, Transaction
from chassis.keys import Keys


class TooManyTries(Exception):
    """Another try is taken from `until` on."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"again at {until}")
        self.until = until


class Visit(NamedTuple):
    """Where somebody tries from: the address of the client, the device's cookie, the device in words."""

    client: str
    device: str | None
    words: str


class Counter(NamedTuple):
    digest: bytes
    free: int
    cleared: bool
    """Whether success forgets all failures, or gives back only its own try."""


@dataclass(frozen=True, kw_only=True)
class Guesses:
    """A try is counted before it is looked at, so that many at once gain nothing."""

    database: Database
    keys: Keys

    async def admit(self, *, what: str, whom: str, visit: Visit, now: datetime) -> Sequence[Counter]:
        """`what` is guessed: a password, digits. Raises TooManyTries."""
        async with self.database.work() as transaction:
            counters = await self._counters(transaction, what, whom, visit)
            found = [await self._found(transaction, each, now) for each in counters]
            until = max(each.wait_until for each in found)
            if until > now:
                raise TooManyTries(until)
            for counter, failures in zip(counters, found, strict=True):
                count = failures.failures + 1
                noted = Failures(count, now, now + wait_after(count, free=counter.free))
                await sign_in_failures.note(transaction, digest=counter.digest, found=noted)
        return counters

    async def knows(self, visit: Visit, *, whom: str) -> bool:
        """Whether this device let the member of the address in before."""
        async with self.database.work() as transaction:
            return await self._knows(transaction, visit, whom)

    async def forgive(self, transaction: Transaction, counters: Sequence[Counter], *, now: datetime) -> None:
        """It was right."""
        for counter in counters:
            if counter.cleared:
                await sign_in_failures.clear(transaction, digest=counter.digest)
                continue
            found = await sign_in_failures.locked(transaction, digest=counter.digest, now=now)
            given_back = Failures(max(0, found.failures - 1), found.last_at, now)
            await sign_in_failures.note(transaction, digest=counter.digest, found=given_back)

    async def _counters(self, transaction: Transaction, what: str, whom: str, visit: Visit) -> Sequence[Counter]:
        """In the order of their keys: whoever locks several rows locks them alike."""
        if await self._knows(transaction, visit, whom):
            return (Counter(self._digest(what, whom, "device", str(visit.device)), FREE, cleared=True),)
        both = Counter(self._digest(what, whom, "place", visit.client), FREE, cleared=True)
        place = Counter(self._digest(what, "", "place", visit.client), FREE_OF_A_PLACE, cleared=False)
        return sorted((both, place))

    async def _knows(self, transaction: Transaction, visit: Visit, whom: str) -> bool:
        return visit.device is not None and await sign_in_failures.knows_device(
            transaction, digest=digest(visit.device), email=whom
        )

    async def _found(self, transaction: Transaction, counter: Counter, now: datetime) -> Failures:
        found = await sign_in_failures.locked(transaction, digest=counter.digest, now=now)
        return found._replace(failures=failures_now(found.failures, found.last_at, now=now))

    def _digest(self, *parts: str) -> bytes:
        return hmac.digest(self.keys.id_key, "|".join(("guess", *parts)).encode(), "sha256")
