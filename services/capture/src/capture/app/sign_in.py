"""Signs a member in: e-mail and password, then the second step where it is on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from capture.app import second_step, tickets
from capture.app.guesses import Guesses, Visit
from capture.app.hashing import Passwords
from capture.app.start_session import Started, start_session
from capture.store import people
from chassis.database import Database
from chassis.keys import Keys

STEP_LIFE: Final = timedelta(minutes=5)
STEP: Final = "second step"


class WrongPassword(Exception):
    """Nobody has this address and password; which of the two is wrong is not told."""


class WrongCode(Exception):
    """Not the digits of now, and no recovery code either."""


class StepEnded(Exception):
    """The password was typed too long ago, or the member was signed out everywhere meanwhile."""


class NeedsCode(NamedTuple):
    """`ticket` says for five minutes that the password was right."""

    ticket: str


@dataclass(frozen=True, kw_only=True)
class SignIn:
    database: Database
    keys: Keys
    passwords: Passwords
    guesses: Guesses

    async def with_password(self, *, email: str, password: str, visit: Visit, now: datetime) -> Started | NeedsCode:
        """Raises WrongPassword, TooManyTries; TooMuchHashing, which counts as no try."""
        address = email.strip().lower()
        known = await self.guesses.knows(visit, whom=address)
        with self.passwords.place(known=known) as place:
            counters = await self.guesses.admit(what="password", whom=address, visit=visit, now=now)
            async with self.database.work() as transaction:
                member = await people.by_email(transaction, email=address)
            stored = member.password_hash if member and member.active else None
            if not await place.fits(password, stored) or member is None or stored is None:
                raise WrongPassword
            fresh = await place.hash(password) if self.passwords.is_old(stored) else None
        async with self.database.work() as transaction:
            await self.guesses.forgive(transaction, counters, now=now)
            if fresh is not None:
                await people.set_password(transaction, member_id=member.member_id, password_hash=fresh)
            if member.two_step:
                text = f"{member.member_id}|{member.epoch}"
                return NeedsCode(tickets.sign(self.keys, purpose=STEP, text=text, now=now, life=STEP_LIFE))
            return await start_session(transaction, keys=self.keys, member=member, visit=visit, now=now)

    async def with_code(self, *, ticket: str, code: str, visit: Visit, now: datetime) -> Started:
        """Raises WrongCode, StepEnded, TooManyTries."""
        member_id, _, epoch = (tickets.opened(self.keys, purpose=STEP, ticket=ticket, now=now) or "").partition("|")
        if not member_id:
            raise StepEnded
        async with self.database.work() as transaction:
            member = await people.by_id(transaction, member_id=UUID(member_id))
        if member is None or not member.active or str(member.epoch) != epoch:
            raise StepEnded
        counters = await self.guesses.admit(what="code", whom=member.email, visit=visit, now=now)
        async with self.database.work() as transaction:
            taken = await second_step.takes(transaction, keys=self.keys, member_id=member.member_id, code=code, now=now)
            if not taken:
                raise WrongCode
            await self.guesses.forgive(transaction, counters, now=now)
            return await start_session(transaction, keys=self.keys, member=member, visit=visit, now=now)
