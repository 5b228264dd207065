"""`reminders serve | web | work | migrate | planned | republish | dead-letters`."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from chassis.cli import CommandError, scripts_of, service_cli, show, with_database
from chassis.clock import system_clock
from chassis.database import Database
from chassis.organizations import Organizations
from chassis.runner import Component
from chassis.settings import Settings
from reminders.app.follow_up_missed_call import planned
from reminders.store import jobs


async def _republish(database: Database, settings: Settings) -> int:
    now = system_clock(settings.clock_file).now()
    async with database.work() as transaction:
        rows = await jobs.planned(transaction)
        transaction.append(*(planned(row, now=now) for row in rows))
    return len(rows)


async def _build(settings: Settings, roles: frozenset[str]) -> Sequence[Component]:
    from reminders.main import build  # noqa: PLC0415 -- commands that only read a table need none of it

    return await build(settings, roles)


app = service_cli("reminders", build=_build, scripts=scripts_of(__file__), republish=_republish)


@app.command("planned", help="What is planned for an organization, what was dropped, and why.")
def list_planned(organization: Annotated[str, typer.Option(help="the organization's slug")]) -> None:
    async def work(database: Database, _settings: Settings) -> list[dict[str, Any]]:
        organizations = Organizations()
        await organizations.load(database)
        found = organizations.by_slug(organization)
        if found is None:
            raise CommandError(f"there is no organization {organization!r}")
        async with database.work() as transaction:
            return [dict(row) for row in await jobs.of_organization(transaction, organization_id=found.organization_id)]

    show(with_database("reminders", work))


def main() -> None:
    app()


if __name__ == "__main__":
    main()
