"""`proof serve | web | work | migrate | verify | export | dead-letters`."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import typer

from chassis.cli import CommandError, scripts_of, service_cli, show, with_database
from chassis.database import Database
from chassis.organizations import Organizations
from chassis.runner import Component
from chassis.settings import Settings
from proof.app.export import export
from proof.app.verify import verify


async def _build(settings: Settings, roles: frozenset[str]) -> Sequence[Component]:
    from proof.main import build  # noqa: PLC0415 -- commands that only read a table need none of it

    return await build(settings, roles)


app = service_cli("proof", build=_build, scripts=scripts_of(__file__))


@app.command("verify", help="Walk an organization's hash chain; exit 1 with the first broken entry.")
def verify_chain(organization: Annotated[str, typer.Option(help="the organization's slug")]) -> None:
    async def work(database: Database, _settings: Settings) -> dict[str, Any]:
        organizations = Organizations()
        await organizations.load(database)
        found = organizations.by_slug(organization)
        if found is None:
            raise CommandError(f"proof has not heard of an organization {organization!r}")
        async with database.work() as transaction:
            verified = await verify(transaction, organization_id=found.organization_id)
        return {
            "organization": organization,
            "entries": verified.entries,
            "ok": verified.problem is None,
            "problem": verified.problem,
        }

    told = with_database("proof", work)
    show([told])
    if not told["ok"]:
        raise typer.Exit(1)


@app.command("export", help="A lead's proof as JSON; docs/verify_proof.py checks it.")
def export_lead(lead: Annotated[UUID, typer.Option(help="the lead's id")]) -> None:
    async def work(database: Database, _settings: Settings) -> dict[str, Any]:
        async with database.work() as transaction:
            found = await export(transaction, lead_id=lead)
        if found is None:
            raise CommandError(f"the ledger has never heard of a lead {lead}")
        return found

    show([with_database("proof", work)])


def main() -> None:
    app()


if __name__ == "__main__":
    main()
