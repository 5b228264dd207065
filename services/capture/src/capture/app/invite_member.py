"""Invites somebody by a link that works once and for a week, and lets him in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from capture.app.change_people import ChangePeople, Outcome, Refused, Work, colleague, found, require
from capture.app.guesses import Visit
from capture.app.hashing import Passwords
from capture.app.start_session import Started, start_session
from capture.app.tickets import digest, new_token
from capture.domain.membership import why_not_invite
from capture.domain.passwords import why_not
from capture.store import links, organizations, people
from capture.store.links import Invitation
from chassis import ids
from chassis.database import Transaction
from chassis.people import Person
from contracts.organizations import Member, OrganizationChanged, Role

LIFE: Final = timedelta(days=7)
TAKEN: Final = "This address belongs to a member of another shop already. One address, one shop."


class LinkEnded(Exception):
    """It was used, withdrawn, ended, or never was."""


class Invited(NamedTuple):
    """`token` is in the link, and nowhere else."""

    token: str
    email: str
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class InviteMember:
    change: ChangePeople
    passwords: Passwords

    async def invite(self, person: Person, *, email: str, name: str, role: Role, now: datetime) -> Invited:
        """Raises Refused. Inviting an address again makes a new link, and the earlier one ends."""
        address, token = email.strip().lower(), new_token()
        ends_at = now + LIFE

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            actor = colleague(found(shop, person.member_id))
            require(why_not_invite(actor=actor.role, role=role))
            known = next((each for each in shop.members if each.email == address), None)
            if known is not None:
                raise Refused(f"{known.name} has this address already{'' if known.active else ', switched off'}.")
            invitation = Invitation(
                ids.new_id(), shop.organization_id, address, name, role, person.member_id, now, ends_at
            )
            await links.invite(transaction, invitation=invitation, digest=digest(token))
            return Outcome(shop.members, {"invited": self.change.digest(address), "as": role})

        await self._change(person, now, "member_invited", work)
        return Invited(token, address, ends_at)

    async def again(self, person: Person, *, invitation_id: UUID, now: datetime) -> Invited:
        """A new link for the same address. Raises LinkEnded, Refused."""
        async with self.change.database.web(person.organization_id) as transaction:
            known = await links.invitation(transaction, invitation_id=invitation_id)
        if known is None:
            raise LinkEnded
        return await self.invite(person, email=known.email, name=known.name, role=known.role, now=now)

    async def withdraw(self, person: Person, *, invitation_id: UUID, now: datetime) -> None:
        """Raises LinkEnded where it was withdrawn, taken, or never was; Refused."""

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            known = await links.invitation(transaction, invitation_id=invitation_id)
            if known is None:
                raise LinkEnded
            require(why_not_invite(actor=found(shop, person.member_id).role, role=known.role))
            await links.withdraw(transaction, invitation_id=invitation_id)
            return Outcome(shop.members, {"withdrawn": self.change.digest(known.email)})

        await self._change(person, now, "invitation_withdrawn", work)

    async def look(self, *, token: str, now: datetime) -> tuple[Invitation, str]:
        """The invitation and the shop's name. Raises LinkEnded."""
        async with self.change.database.work() as transaction:
            known = await links.invitation_of(transaction, digest=digest(token), now=now)
            if known is None:
                raise LinkEnded
            shops = await organizations.snapshots(transaction, organization_ids=[known.organization_id])
        return known, shops[0].name

    async def accept(self, *, token: str, name: str, password: str, visit: Visit, now: datetime) -> Started:
        """The invited becomes a member and is signed in. Raises LinkEnded, Refused, TooMuchHashing."""
        known, _ = await self.look(token=token, now=now)
        require(why_not(password, email=known.email, name=name))
        with self.passwords.place(known=True) as place:  # the link was
            hashed = await place.hash(password)
        member_id = ids.derived_id("member", str(known.organization_id), str(known.invitation_id))

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            still = await links.invitation_of(transaction, digest=digest(token), now=now)
            if still is None:
                raise LinkEnded
            await links.withdraw(transaction, invitation_id=still.invitation_id)
            if any(each.email == still.email for each in shop.members):
                raise Refused("Somebody of this shop has this address already. Sign in with it.")
            member = Member(member_id=member_id, name=name, email=still.email, role=still.role)
            return Outcome((*shop.members, member))

        try:
            async with self.change.database.work() as transaction:
                await self.change.within(
                    transaction, organization_id=known.organization_id, actor_id=member_id, now=now, action="member_joined", work=work
                )  # fmt: skip
                await people.set_password(transaction, member_id=member_id, password_hash=hashed)
                member = await people.by_id(transaction, member_id=member_id)
                if member is None:
                    raise LinkEnded
                started = await start_session(transaction, keys=self.change.keys, member=member, visit=visit, now=now)
        except asyncpg.UniqueViolationError as error:
            raise Refused(TAKEN) from error
        await self.change.refresh()
        return started

    async def _change(self, person: Person, now: datetime, action: str, work: Work) -> None:
        await self.change(
            organization_id=person.organization_id, actor_id=person.member_id, now=now, action=action, work=work
        )
