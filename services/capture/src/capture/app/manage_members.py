"""Roles, and switching members off and on. Whoever is switched off is out at once, everywhere."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from capture.app.change_people import (
    ChangePeople,
    Outcome,
    Refused,
    UnknownMember,
    Work,
    colleague,
    colleagues,
    found,
    replaced,
    require,
)
from capture.domain.membership import why_not_role, why_not_switch_off, why_not_touch
from capture.store import people, sessions
from chassis.database import Transaction
from chassis.people import Person
from contracts.organizations import OrganizationChanged, Role

__all__ = ["ManageMembers", "Refused", "UnknownMember"]


@dataclass(frozen=True, kw_only=True)
class ManageMembers:
    """Each raises Refused with a sentence, UnknownMember for somebody of another shop."""

    change: ChangePeople

    async def set_role(self, person: Person, *, member_id: UUID, role: Role, now: datetime) -> None:
        async def work(_transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            actor, target = found(shop, person.member_id), found(shop, member_id)
            require(why_not_role(actor=colleague(actor), target=colleague(target), role=role, members=colleagues(shop)))
            return Outcome(replaced(shop, msgspec.structs.replace(target, role=role)))

        await self._change(person, now, "role_changed", work)

    async def switch_off(self, person: Person, *, member_id: UUID, now: datetime) -> None:
        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            actor, target = found(shop, person.member_id), found(shop, member_id)
            require(why_not_switch_off(actor=colleague(actor), target=colleague(target), members=colleagues(shop)))
            if not target.active:
                return Outcome(shop.members)
            await sessions.end(transaction, member_id=member_id, now=now)
            return Outcome(replaced(shop, msgspec.structs.replace(target, active=False, epoch=target.epoch + 1)))

        await self._change(person, now, "member_switched_off", work)

    async def switch_on(self, person: Person, *, member_id: UUID, now: datetime) -> None:
        async def work(_transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            target = found(shop, member_id)
            require(why_not_touch(actor=colleague(found(shop, person.member_id)), target=colleague(target)))
            return Outcome(replaced(shop, msgspec.structs.replace(target, active=True)))

        await self._change(person, now, "member_switched_on", work)

    async def drop_second_step(self, person: Person, *, member_id: UUID, now: datetime) -> None:
        """For a member whose phone is gone."""

        async def work(transaction: Transaction, shop: OrganizationChanged) -> Outcome:
            target = found(shop, member_id)
            require(why_not_touch(actor=colleague(found(shop, person.member_id)), target=colleague(target)))
            await people.drop_second_step(transaction, member_id=member_id)
            return Outcome(shop.members, {"second_step_off_for": str(member_id)})

        await self._change(person, now, "second_step_off", work)

    async def _change(self, person: Person, now: datetime, action: str, work: Work) -> None:
        await self.change(
            organization_id=person.organization_id, actor_id=person.member_id, now=now, action=action, work=work
        )
