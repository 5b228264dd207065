"""The settings of one shop as one person changes them, below the pages."""

from typing import Any
from uuid import UUID

from capture.app.change_settings import ChangeSettings, Edit
from capture.store import setting_changes
from chassis.database import Database
from chassis.testing import FixedClock
from contracts import envelope
from contracts.organizations import OrganizationChanged

PAT = UUID("01a20de4-0000-7000-8000-000000000090")


class Desk:
    """One person at the settings of one shop."""

    def __init__(self, change: ChangeSettings, shop: OrganizationChanged, clock: FixedClock) -> None:
        self.change, self.shop, self.clock = change, shop, clock

    async def seen(self, part: str) -> int:
        async with self.change.database.web(self.shop.organization_id) as transaction:
            found = await setting_changes.last(transaction, organization_id=self.shop.organization_id)
        return found[part].version if part in found else 0

    async def save(self, part: str, draft: Any, *, seen: int | None = None, **more: Any) -> OrganizationChanged:
        version = await self.seen(part) if seen is None else seen
        edit = Edit(
            organization_id=self.shop.organization_id, member_id=PAT, part=part, seen=version, now=self.clock.now()
        )
        return await self.change(edit, draft, **more)


async def audits(database: Database) -> list[Any]:
    rows = await database.work_pool.fetch(
        "SELECT type, payload FROM outbox WHERE aggregatetype = 'callsnare.audit' ORDER BY seq"
    )
    return [envelope.decode({"ce_type": row["type"]}, row["payload"]) for row in rows]
