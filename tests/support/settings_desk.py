"""The settings pages of a running capture as one member's browser asks for them, without the browser."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from capture_service import Service

from chassis.people import Person
from chassis.testing import a_person, eventually, signed_in
from contracts.organizations import OrganizationChanged, Role

PAGE = {"accept": "text/html,application/xhtml+xml"}
Fields = Mapping[str, str] | Sequence[tuple[str, str]]


@dataclass
class Shown:
    """A page as it came."""

    status: int
    text: str
    location: str

    @property
    def words(self) -> str:
        """Without tags, spaces folded."""
        bare = re.sub(r"<[^>]+>", " ", self.text)
        return " ".join(bare.replace("&amp;", "&").replace("&#39;", "'").split())

    def version(self, action: str) -> str:
        """Of the form that posts there."""
        found = re.search(rf'action="{re.escape(action)}"[^>]*>.*?name="version" value="([^"]*)"', self.text, re.DOTALL)
        assert found, f"no form posts to {action}"
        return found[1]


@dataclass
class Desk:
    """One member at the pages."""

    capture: Service
    person: Person
    cookies: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **more: Any) -> Shown:
        return await self._ask("GET", path, **more)

    async def post(self, path: str, fields: Fields, *, csrf: str | None = None) -> Shown:
        given = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
        return await self._ask("POST", path, data=[*given, ("csrf", self.person.csrf if csrf is None else csrf)])

    async def save(self, page: str, action: str, fields: Fields) -> Shown:
        """Opens the page, fills the form and sends it."""
        version = (await self.get(page)).version(action)
        given = list(fields.items()) if isinstance(fields, Mapping) else list(fields)
        return await self.post(action, [*given, ("version", version)])

    async def _ask(self, method: str, path: str, **more: Any) -> Shown:
        cookies = signed_in(self.capture.settings.keys, self.person, public_url=self.capture.settings.public_url)
        address = self.capture.base + path
        async with self.capture.session.request(
            method, address, headers=PAGE, cookies=cookies, allow_redirects=False, **more
        ) as answer:
            return Shown(answer.status, await answer.text(), answer.headers.get("location", ""))


def desk(capture: Service, shop: OrganizationChanged, role: Role = "owner", name: str = "Nora Whitfield") -> Desk:
    return Desk(capture, a_person(organization_id=shop.organization_id, role=role, name=name))


async def heard_of(who: Desk) -> None:
    """Until the gate has heard of the shop and of its people."""

    async def knows() -> bool:
        page = await who.get("/settings/shop")
        return page.status == 200

    await eventually(knows)
