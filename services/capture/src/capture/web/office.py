"""What the settings pages stand on, and who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from litestar import Request

from capture.app.change_settings import ChangeSettings, Edit, UnknownShop
from capture.app.check_account import CheckAccount
from capture.app.go_live import SetAutomation
from capture.app.read_settings import ReadSettings, Settings
from capture.app.start_trial import StartTrial
from chassis.clock import Clock
from chassis.http import Problem
from chassis.keys import Keys
from chassis.people import Person
from contracts.organizations import OrganizationChanged

StaffRequest: TypeAlias = Request[Person, OrganizationChanged, Any]
Typed: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Use cases of the settings. `hosts`: where a shop may say that its carrier's API lives, besides the real ones."""

    read: ReadSettings
    change: ChangeSettings
    check: CheckAccount
    automation: SetAutomation
    trial: StartTrial
    clock: Clock
    keys: Keys
    hosts: tuple[str, ...]
    public_url: str

    def now(self) -> datetime:
        return self.clock.now()

    def today(self, request: StaffRequest) -> date:
        """In the shop's zone."""
        return self.now().astimezone(ZoneInfo(request.auth.zone)).date()

    async def settings(self, request: StaffRequest) -> Settings:
        """As they stand in the database: the snapshot of the gate may be a moment behind."""
        try:
            return await self.read(organization_id=request.user.organization_id, now=self.now())
        except UnknownShop as error:
            raise not_found() from error

    def edit(self, request: StaffRequest, part: str, seen: int | None) -> Edit:
        person = request.user
        return Edit(
            organization_id=person.organization_id, member_id=person.member_id, part=part, seen=seen, now=self.now()
        )


async def typed(request: StaffRequest) -> dict[str, str]:
    """What stands in the form, the last of each name; a NUL is no character of a text."""
    form = await request.form()
    return {name: value.replace("\0", "") for name, value in form.multi_items() if isinstance(value, str)}


async def typed_all(request: StaffRequest, name: str) -> list[str]:
    """Every value of a field that stands several times."""
    form = await request.form()
    return [value for value in form.getall(name, []) if isinstance(value, str)]


def version(form: Typed) -> int:
    """The part's version when the form was shown; garbage counts as stale, never as fresh."""
    told = form.get("version", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else -1  # noqa: PLR2004 -- an int of the database


def not_found() -> Problem:
    return Problem(404, kind="about:blank", detail="There is nothing at this address, or you may not see it.")
