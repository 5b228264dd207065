"""Passwords: changed by their owner, or set anew by a link that works once and for a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from capture.app.change_people import ChangePeople, Outcome, Refused, colleague, found, replaced, require
from capture.app.guesses import Guesses, Visit
from capture.app.hashing import Passwords
from capture.app.invite_member import LinkEnded
from capture.app.tickets import digest, new_token
from capture.domain.membership import why_not_touch
from capture.domain.passwords import why_not
from capture.store import links, people, sessions
from capture.store.people import Member
from chassis.database import Transaction
from chassis.people import Person
from contracts.organizations import OrganizationChanged

LIFE: Final = timedelta(days=1)
NOT_YOURS: Final = "This is not your present password."


@dataclass(frozen=True, kw_only=True)
class SetPassword:
    change: ChangePeople
    passwords: Passwords
    guesses: Guesses

    async def confirm(self, person: Person, *, password: str, visit: Visit, now: datetime) -> Member:
        """That it is really the member who sits there. Raises Refused, TooManyTries, TooMuchHashing."""
        async with self.change.database.work() as transaction:
            member = await people.by_id(transaction, member_id=person.member_id)
        if member is None:
            raise Refused(NOT_YOURS)
        with self.passwords.place(known=True) as place:
            counters = await self.guesses.admit(what="present password", whom=member.email, visit=visit, now=now)
            if not await place.fits(password, member.password_hash):
                raise Refused(NOT_YOURS)
        async with self.change.database.work() as transaction:
            await self.guesses.forgive(transaction, counters, now=now)
        return member

    async def own(self, person: Person, *, present: str, wanted: str, visit: Visit, now: datetime) -> None:
        """All other sessions of the member end. Raises Refused, TooManyTries, TooMuchHashing."""
        member = await self.confirm(person, password=present, visit=visit, now=now)
        require(why_not(wanted, email=member.email, name=member.name))
        hashed = await self._hashed(wanted)

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            await people.set_password(transaction, member_id=person.member_id, password_hash=hashed)
            await sessions.end(transaction, member_id=person.member_id, now=now, but=person.session_id)
            await links.drop_password_links(transaction, member_id=person.member_id)
            return Outcome(shop.members, {"password_of": str(person.member_id)})

        await self.change(
            organization_id=person.organization_id, actor_id=person.member_id, now=now, action="password_changed", work=work
        )  # fmt: skip

    async def link_for(self, person: Person, *, member_id: UUID, now: datetime) -> str:
        """The token of a new link, made by who may. Raises Refused, UnknownMember."""
        token = new_token()

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            target = found(shop, member_id)
            require(why_not_touch(actor=colleague(found(shop, person.member_id)), target=colleague(target)))
            if not target.active:
                raise Refused(f"{target.name} is switched off.")
            await self._keep(transaction, token, shop.organization_id, member_id, now)
            return Outcome(shop.members, {"password_link_for": str(member_id)})

        await self.change(
            organization_id=person.organization_id, actor_id=person.member_id, now=now, action="password_link_made", work=work
        )  # fmt: skip
        return token

    async def link_by_email(self, *, email: str, now: datetime) -> str | None:
        """For who forgot it, to be sent to this address and nowhere else; None where nobody has the address."""
        async with self.change.database.work() as transaction:
            member = await people.by_email(transaction, email=email.strip().lower())
            if member is None or not member.active:
                return None
            token = new_token()
            await self._keep(transaction, token, member.organization_id, member.member_id, now)
        return token

    async def look(self, *, token: str, now: datetime) -> Member:
        """Whose link it is. Raises LinkEnded."""
        async with self.change.database.work() as transaction:
            return await self._of_link(transaction, token, now)

    async def by_link(self, *, token: str, wanted: str, now: datetime) -> Member:
        """All sessions of the member end. Raises LinkEnded, Refused, TooMuchHashing."""
        member = await self.look(token=token, now=now)
        require(why_not(wanted, email=member.email, name=member.name))
        hashed = await self._hashed(wanted)

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            await self._of_link(transaction, token, now)
            await links.drop_password_links(transaction, member_id=member.member_id)
            await people.set_password(transaction, member_id=member.member_id, password_hash=hashed)
            await sessions.end(transaction, member_id=member.member_id, now=now)
            target = found(shop, member.member_id)
            changed = msgspec.structs.replace(target, epoch=target.epoch + 1)
            return Outcome(replaced(shop, changed), {"password_of": str(member.member_id)})

        async with self.change.database.work() as transaction:
            await self.change.within(
                transaction, organization_id=member.organization_id, actor_id=member.member_id, now=now, action="password_reset", work=work
            )  # fmt: skip
        await self.change.refresh()
        return member

    async def _hashed(self, password: str) -> str:
        with self.passwords.place(known=True) as place:
            return await place.hash(password)

    async def _of_link(self, transaction: Transaction, token: str, now: datetime) -> Member:
        member_id = await links.member_of_link(transaction, digest=digest(token), now=now)
        member = await people.by_id(transaction, member_id=member_id) if member_id else None
        if member is None or not member.active:
            raise LinkEnded
        return member

    async def _keep(
        self, transaction: Transaction, token: str, organization_id: UUID, member_id: UUID, now: datetime
    ) -> None:
        await links.make_password_link(
            transaction, digest=digest(token), organization_id=organization_id, member_id=member_id, made_at=now, ends_at=now + LIFE
        )  # fmt: skip
