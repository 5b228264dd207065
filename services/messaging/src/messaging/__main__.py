"""`messaging serve | web | work | migrate | leads | thread | explain | stops | resume | republish | dead-letters`."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from chassis.cli import CommandError, scripts_of, service_cli, show, with_database
from chassis.clock import Clock, system_clock
from chassis.database import Database
from chassis.organizations import Organizations
from chassis.runner import Component
from chassis.settings import Settings
from contracts.organizations import OrganizationChanged
from messaging.app import telling
from messaging.app.check_words import checked
from messaging.app.export_consent import export_consent
from messaging.app.lead_changed import lead_changed
from messaging.app.stopping import resume
from messaging.store import stops, texts, threads, word_checks

PAGE: Final = 500
NOBODY: Final = UUID(int=0)


async def _republish(database: Database, settings: Settings) -> int:
    """Every lead as it stands, and how complete each shop's words are, in pages of their own transactions."""
    clock = system_clock(settings.clock_file)
    return await _leads_anew(database, clock) + await _words_anew(database)


async def _words_anew(database: Database) -> int:
    after, told = NOBODY, 0
    while True:
        async with database.work() as transaction:
            checks = await word_checks.after(transaction, organization_id=after, limit=PAGE)
            transaction.append(*(checked(each) for each in checks))
        if not checks:
            return told
        after, told = checks[-1].organization_id, told + len(checks)


async def _leads_anew(database: Database, clock: Clock) -> int:
    after, told = NOBODY, 0
    while True:
        async with database.work() as transaction:
            rows = await threads.leads_after(transaction, lead_id=after, limit=PAGE)
            now = clock.now()
            transaction.append(
                *(lead_changed(row, who_acts_next=telling.turn_of(row), reason="republished", now=now) for row in rows)
            )
        if not rows:
            return told
        after, told = rows[-1]["lead_id"], told + len(rows)


async def _build(settings: Settings, roles: frozenset[str]) -> Sequence[Component]:
    from messaging.main import build  # noqa: PLC0415 -- commands that only read a table need none of it

    return await build(settings, roles)


app = service_cli("messaging", build=_build, scripts=scripts_of(__file__), republish=_republish)


@app.command("leads", help="Every lead of an organization, oldest first.")
def leads(organization: Annotated[str, typer.Option(help="the organization's slug")]) -> None:
    _show_of(organization, threads.leads_of, telling.lead)


@app.command("thread", help="Everything that happened in a lead, in order.")
def thread(lead_id: Annotated[UUID, typer.Argument(help="id as `leads` shows it")]) -> None:
    async def work(database: Database, _settings: Settings) -> list[dict[str, Any]]:
        async with database.work() as transaction:
            if await threads.lead(transaction, lead_id=lead_id) is None:
                raise CommandError(f"there is no lead {lead_id}")
            items = await threads.items_of(transaction, lead_id=lead_id)
            ours = await texts.of_lead(transaction, lead_id=lead_id)
        return telling.thread(items, ours)

    show(with_database("messaging", work))


@app.command("explain", help="Why a text left, waits, or never will.")
def explain(
    text_id: Annotated[UUID, typer.Argument(help="text_id as `thread` shows it")],
    as_json: Annotated[bool, typer.Option("--json", help="both decisions as data")] = False,  # noqa: FBT002 -- a flag of the command line
) -> None:
    async def work(database: Database, _settings: Settings) -> Any:
        async with database.work() as transaction:
            row = await texts.one(transaction, text_id=text_id)
        if row is None:
            raise CommandError(f"there is no text {text_id}")
        return row

    row = with_database("messaging", work)
    if as_json:
        show([telling.decisions(row)])
    else:
        typer.echo(telling.in_words(row))


@app.command("stops", help="What a carrier's refusal made automation stop, why, and what to do.")
def stops_(organization: Annotated[str, typer.Option(help="the organization's slug")]) -> None:
    _show_of(organization, stops.present, telling.stop)


@app.command("resume", help="Automation goes on with a line or a template that was stopped.")
def resume_(
    organization: Annotated[str, typer.Option(help="the organization's slug")],
    line: Annotated[str | None, typer.Option(help="a number of the shop, as +13125550123")] = None,
    template: Annotated[str | None, typer.Option(help="a class of texts, as first_reply")] = None,
) -> None:
    if (line is None) == (template is None):
        raise CommandError("name either --line or --template")

    async def work(database: Database, settings: Settings) -> None:
        found, clock = await _organization(database, organization), system_clock(settings.clock_file)
        async with database.work() as transaction:
            resumed = await resume(
                transaction, organization_id=found.organization_id, kind="line" if line else "template", subject=line or template or "",
                actor_kind="command", actor="messaging resume", now=clock.now(),
            )  # fmt: skip
        if not resumed:
            raise CommandError(f"{line or template} is not stopped")

    with_database("messaging", work)


def _show_of(
    organization: str, read: Callable[..., Awaitable[Sequence[Any]]], tell: Callable[[Any], dict[str, Any]]
) -> None:
    async def work(database: Database, _settings: Settings) -> list[dict[str, Any]]:
        found = await _organization(database, organization)
        async with database.work() as transaction:
            return [tell(row) for row in await read(transaction, organization_id=found.organization_id)]

    show(with_database("messaging", work))


async def _organization(database: Database, slug: str) -> OrganizationChanged:
    organizations = Organizations()
    await organizations.load(database)
    found = organizations.by_slug(slug)
    if found is None:
        raise CommandError(f"there is no organization {slug!r}")
    return found


consent = typer.Typer(no_args_is_help=True)
app.add_typer(consent, name="consent", help="Why homeowners may be texted.")


@consent.command("export", help="Every record of an organization as CSV, oldest first.")
def export(organization: Annotated[str, typer.Option(help="the organization's slug")]) -> None:
    async def work(database: Database, _settings: Settings) -> None:
        organizations = Organizations()
        await organizations.load(database)
        found = organizations.by_slug(organization)
        if found is None:
            raise CommandError(f"there is no organization {organization!r}")
        async for line in export_consent(database, organization_id=found.organization_id, slug=found.slug):
            sys.stdout.write(line)

    with_database("messaging", work)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
