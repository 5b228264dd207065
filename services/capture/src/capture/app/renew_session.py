"""Renews the token of a session that lives: whoever was switched off or signed out gets none."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from capture.app.start_session import TOKEN_LIFE
from capture.store import sessions
from chassis import tokens
from chassis.database import Database
from chassis.keys import Keys
from chassis.people import Person

SEEN_EVERY: Final = timedelta(minutes=1)


class Renewed(NamedTuple):
    token: str
    token_seconds: int
    session_seconds: int


@dataclass(frozen=True, kw_only=True)
class RenewSession:
    database: Database
    keys: Keys

    async def __call__(self, *, token: str | None, now: datetime) -> Renewed | None:
        """None when the session has ended. The old token may have: its signature says whose it was."""
        if token is None:
            return None
        try:
            old = tokens.read(self.keys, token)
        except tokens.TokenError:
            return None
        async with self.database.work() as transaction:
            found = await sessions.standing(transaction, session_id=old.session_id, now=now)
            if found is None:
                return None
            if now - found.seen_at >= SEEN_EVERY:
                await sessions.seen(transaction, session_id=old.session_id, now=now)
        expires = min(now + TOKEN_LIFE, found.ends_at)
        person = Person(
            session_id=old.session_id, member_id=found.member_id, organization_id=found.organization_id, name=found.name,
            role=found.role, epoch=found.epoch, csrf=found.csrf, expires_at=expires, minted_at=now,
        )  # fmt: skip
        session_seconds = int((found.ends_at - now).total_seconds())
        return Renewed(tokens.mint(self.keys, person), int((expires - now).total_seconds()), session_seconds)
