"""The members of a shop as the page of people shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from capture.app.change_people import UnknownMember, colleague, colleagues, found
from capture.domain.membership import why_not_role, why_not_switch_off, why_not_touch
from capture.store import links, organizations, people, sessions
from capture.store.links import Invitation
from chassis.database import Database
from chassis.people import Person
from contracts.organizations import Member


class Row(NamedTuple):
    """`seen_at` is None for who is signed in nowhere. What may not be done is False, so that nothing is offered in vain."""

    member: Member
    two_step: bool
    devices: int
    seen_at: datetime | None
    may_touch: bool
    may_switch_off: bool
    roles: Sequence[str]


class People(NamedTuple):
    rows: Sequence[Row]
    invitations: Sequence[tuple[Invitation, str]]
    """With the name of who invited."""


@dataclass(frozen=True, kw_only=True)
class ReadPeople:
    database: Database

    async def __call__(self, person: Person, *, now: datetime) -> People:
        """As it stands in the database: the snapshot of the gate may be a moment behind."""
        own = person.organization_id
        async with self.database.web(own) as transaction:
            shops = await organizations.snapshots(transaction, organization_ids=[own])
            steps = await people.with_second_step(transaction, organization_id=own)
            signed_in = await sessions.open_ones(transaction, organization_id=own, now=now)
            invited = await links.invitations(transaction, organization_id=own)
        if not shops:
            raise UnknownMember
        shop = shops[0]
        actor, everybody = colleague(found(shop, person.member_id)), colleagues(shop)
        rows = []
        for each in shop.members:
            target, mine = colleague(each), [one for one in signed_in if one.member_id == each.member_id]
            roles = [
                role
                for role in ("owner", "admin", "agent")
                if why_not_role(actor=actor, target=target, role=role, members=everybody) is None
            ]
            rows.append(
                Row(
                    each,
                    each.member_id in steps,
                    len(mine),
                    mine[0].seen_at if mine else None,
                    why_not_touch(actor=actor, target=target) is None,
                    why_not_switch_off(actor=actor, target=target, members=everybody) is None,
                    roles,
                )
            )
        names = {each.member_id: each.name for each in shop.members}
        return People(rows, [(each, names.get(each.invited_by, "somebody")) for each in invited])
