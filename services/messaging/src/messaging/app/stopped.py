"""What is stopped, in memory of the process that shows pages: every page of a shop says so at its top."""

from collections.abc import Sequence
from uuid import UUID

from chassis.database import Database
from chassis.people import Permission, Person
from chassis.web.strips import Strip
from contracts.organizations import OrganizationChanged
from messaging.app.phone import as_people_write
from messaging.store import stops

PAGE = "/settings/stops"


class Stopped:
    """A loop's step reads the few that there are; `strips` never waits."""

    def __init__(self, *, database: Database) -> None:
        self._database = database
        self._stopped: dict[UUID, list[tuple[str, str, str]]] = {}

    async def __call__(self) -> bool:
        async with self._database.work() as transaction:
            rows = await stops.all_present(transaction)
        found: dict[UUID, list[tuple[str, str, str]]] = {}
        for row in rows:
            found.setdefault(row["organization_id"], []).append((row["kind"], row["subject"], row["reason"]))
        self._stopped = found
        return False

    def strips(self, organization: OrganizationChanged, person: Person) -> Sequence[Strip]:
        """One for all of them."""
        stopped = self._stopped.get(organization.organization_id)
        if not stopped:
            return ()
        kind, subject, reason = stopped[0]
        what = f"Automation is stopped on {as_people_write(subject)}" if kind == "line" else "A template is stopped"
        more = f" {len(stopped) - 1} more." if len(stopped) > 1 else ""
        action = "See what to do" if person.may(Permission.SETTINGS_CHANGE) else "See why"
        return (Strip(f"{what}:", f"{reason}.{more}", "ban", path=PAGE, action=action, bad=True),)
