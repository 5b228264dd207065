"""Signs out: one session, or a member everywhere; every service hears of it with the shop's next snapshot."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from capture.app.change_people import ChangePeople, Outcome, Work, colleague, found, replaced, require
from capture.domain.membership import why_not_touch
from capture.store import sessions
from chassis.database import Transaction
from chassis.people import Person
from contracts.organizations import OrganizationChanged


class UnknownSession(Exception):
    """The member has no session of this id."""


@dataclass(frozen=True, kw_only=True)
class EndSessions:
    change: ChangePeople

    async def one(self, person: Person, *, session_id: UUID, now: datetime) -> None:
        """Of one's own; ending it twice does nothing. Raises UnknownSession."""

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            if not await sessions.belongs(transaction, session_id=session_id, member_id=person.member_id):
                raise UnknownSession
            await sessions.end(transaction, member_id=person.member_id, now=now, only=session_id)
            return Outcome(shop.members)

        await self._change(person, now, "signed_out", work)

    async def own(self, person: Person, *, now: datetime) -> None:
        """The very session that asks."""

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            await sessions.end(transaction, member_id=person.member_id, now=now, only=person.session_id)
            return Outcome(shop.members)

        await self._change(person, now, "signed_out", work)

    async def everywhere(self, person: Person, *, member_id: UUID, now: datetime) -> None:
        """A member's own, or another's by who may. Raises Refused, UnknownMember."""

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            target = found(shop, member_id)
            if member_id != person.member_id:
                require(why_not_touch(actor=colleague(found(shop, person.member_id)), target=colleague(target)))
            await sessions.end(transaction, member_id=member_id, now=now)
            return Outcome(replaced(shop, msgspec.structs.replace(target, epoch=target.epoch + 1)))

        await self._change(person, now, "signed_out_everywhere", work)

    async def _change(self, person: Person, now: datetime, action: str, work: Work) -> None:
        await self.change(
            organization_id=person.organization_id,
            actor_id=person.member_id,
            now=now,
            action=action,
            work=work,
        )
