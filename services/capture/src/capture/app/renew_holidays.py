"""Lays switched-on holidays out anew, so that the years ahead never run out."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from capture.app import shop_state
from capture.app.change_closures import laid_out_anew
from capture.app.directory import Directory
from capture.app.record_change import Actor, record_change
from chassis.clock import Clock
from chassis.database import Database
from chassis.keys import Keys
from contracts.organizations import OrganizationChanged

CALENDAR: Final = Actor("automation", "holidays")


@dataclass(frozen=True, slots=True)
class RenewHolidays:
    """A loop's step: one transaction for each shop that needs it, and none for the others."""

    database: Database
    directory: Directory
    clock: Clock
    keys: Keys

    async def __call__(self) -> bool:
        for shop in self.directory.all():
            if self._renewed(shop).closures != shop.closures:
                await self._renew(shop.organization_id)
        return False

    async def _renew(self, organization_id: UUID) -> None:
        async with self.database.work() as transaction:
            before = await shop_state.load(transaction, organization_id=organization_id)
            if before is not None:
                draft = before._replace(snapshot=self._renewed(before.snapshot))
                await record_change(
                    transaction, before=before, draft=draft, keys=self.keys, actor=CALENDAR, now=self.clock.now()
                )

    def _renewed(self, shop: OrganizationChanged) -> OrganizationChanged:
        if not shop.holidays:
            return shop
        return laid_out_anew(shop, today=self.clock.now().astimezone(ZoneInfo(shop.zone)).date())
