"""Forgets what nobody needs any more: ended sessions and links, old failures."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from capture.store import links, sessions, sign_in_failures
from chassis.clock import Clock
from chassis.database import Database

LINKS_KEPT: Final = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class ForgetPeople:
    database: Database
    clock: Clock

    async def __call__(self) -> bool:
        """A loop's step."""
        now = self.clock.now()
        async with self.database.work() as transaction:
            await sessions.forget(transaction, now=now)
            await sign_in_failures.forget(transaction, now=now)
            await links.forget(transaction, before=now - LINKS_KEPT)
        return False
