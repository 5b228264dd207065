"""A shop by its slug, for pages that are open to everybody."""

from dataclasses import dataclass

from capture.store import organizations
from chassis.database import Database
from contracts.organizations import OrganizationChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadShop:
    database: Database

    async def __call__(self, *, slug: str) -> OrganizationChanged | None:
        """None where there is no such shop."""
        async with self.database.work() as transaction:
            return await organizations.by_slug(transaction, slug=slug)
