"""A shop with an owner, an admin and an agent on a running capture, one per test."""

import itertools
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from capture_service import Service

from chassis.clock import system_clock
from chassis.testing import a_person, eventually, signed_in
from contracts.base import Event
from contracts.organizations import Role

PASSWORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)
MEMBERS: tuple[tuple[str, str, Role], ...] = (
    ("nora", "Nora Whitfield", "owner"),
    ("sam", "Sam Okafor", "admin"),
    ("jess", "Jess Tran", "agent"),
)
_numbers = itertools.count(1)


@dataclass(kw_only=True)
class House:
    """`name` of a member is the beginning of the address."""

    service: Service
    organization_id: UUID
    slug: str

    def email(self, name: str) -> str:
        return f"{name}@{self.slug}.example"

    async def member(self, name: str) -> UUID:
        return UUID(str(await self.service.value("SELECT member_id FROM members WHERE email = $1", self.email(name))))

    async def events(self, topic: str) -> list[Any]:
        """What this shop told, in order."""
        told: list[Event] = await self.service.events(topic)
        return [each for each in told if each.organization_id == self.organization_id]

    async def snapshot(self) -> Any:
        return (await self.events("callsnare.organizations"))[-1]

    async def audited(self) -> list[tuple[str, str]]:
        """What was done by whom: action, and the address's beginning."""
        names = {await self.member(name): name for name, _, _ in MEMBERS}
        return [(each.action, names.get(each.member_id, "")) for each in await self.events("callsnare.audit")]


async def open_house(service: Service) -> House:
    slug = f"house{next(_numbers)}"
    people = [{"email": f"{name}@{slug}.example", "name": words, "role": role} for name, words, role in MEMBERS]
    shop = {"organization": slug, "name": f"{slug.title()} Heating & Air", "zone": "America/Chicago", "members": people}
    applied = await service.apply(json.dumps(shop))
    await service.database.work_pool.execute(
        "UPDATE members SET password_hash = $1 WHERE organization_id = $2", QUICK, applied.organization_id
    )
    house = House(service=service, organization_id=applied.organization_id, slug=slug)
    await eventually(lambda: _is_known(house))
    return house


async def _is_known(house: House) -> bool:
    """The running service has read the new shop into its memory: a page of its own people is no longer put off."""
    now = system_clock(house.service.clock_file).now()
    person = a_person(organization_id=house.organization_id, member_id=await house.member("nora"), now=now)
    kept = signed_in(house.service.settings.keys, person, public_url=house.service.settings.public_url)
    async with house.service.session.get(f"{house.service.base}/settings", cookies=kept) as answer:
        return answer.status == 200
