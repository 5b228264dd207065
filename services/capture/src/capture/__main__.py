"""`capture serve | web | work | migrate | apply | invite-owner | calls | credit | republish | dead-letters`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from capture import settings as own_settings
from capture.app.apply_shop import apply_shop
from capture.app.credit_invoice import GiveCredits, owe_credit, shown
from capture.app.record_change import Actor
from capture.app.shop_file import ShopFileError, read
from capture.store import billing, calls, organizations
from chassis import ids
from chassis.cli import CommandError, scripts_of, service_cli, show, with_database
from chassis.clock import system_clock
from chassis.database import Database
from chassis.runner import Component
from chassis.settings import Settings


async def _republish(database: Database, _settings: Settings) -> int:
    async with database.work() as transaction:
        snapshots = await organizations.snapshots(transaction)
        transaction.append(*snapshots)
    return len(snapshots)


async def _build(settings: Settings, roles: frozenset[str]) -> Sequence[Component]:
    from capture.main import build  # noqa: PLC0415 -- commands that only read a table need none of it

    return await build(settings, roles)


app = service_cli("capture", build=_build, scripts=scripts_of(__file__), republish=_republish)


@app.command(
    "apply", help="Create or update an organization from a shop's file; only the keys that are present change."
)
def apply(file: Annotated[Path, typer.Argument(help="the shop as YAML")]) -> None:
    async def work(database: Database, settings: Settings) -> dict[str, Any]:
        try:
            shop = read(file.read_text())
            now = system_clock(settings.clock_file).now()
            organization = await apply_shop(
                database=database, keys=settings.keys, shop=shop, now=now, actor="capture apply"
            )
        except (ShopFileError, OSError) as error:
            raise CommandError(f"{file}: {error}") from error
        return {
            "id": organization.organization_id,
            "slug": organization.slug,
            "version": organization.organization_version,
        }

    show([with_database("capture", work)])


@app.command("invite-owner", help="Begin a new shop; prints the link by which its owner comes in, once.")
def invite_owner(
    organization_name: Annotated[str, typer.Option(help="the shop's name")],
    email: Annotated[str, typer.Option(help="the owner's e-mail address")],
    name: Annotated[str, typer.Option(help="the owner's name")] = "",
    zone: Annotated[str, typer.Option(help="the zone of the shop's clock")] = "America/New_York",
) -> None:
    from capture.app.found_shop import NotFounded, found_shop  # noqa: PLC0415 -- no other command needs it

    async def work(database: Database, settings: Settings) -> dict[str, Any]:
        now = system_clock(settings.clock_file).now()
        try:
            founded = await found_shop(
                database=database,
                keys=settings.keys,
                name=organization_name,
                email=email,
                owner=name,
                zone=zone,
                now=now,
            )
        except NotFounded as error:
            raise CommandError(str(error)) from error
        link = f"{settings.public_url}/sign-in/password/{founded.token}"
        return {"id": founded.shop.organization_id, "slug": founded.shop.slug, "link": link, "ends_at": founded.ends_at}

    show([with_database("capture", work)])


@app.command("calls", help="Every call of an organization and how it ended.")
def list_calls(organization: Annotated[str, typer.Option(help="the organization's slug")]) -> None:
    async def work(database: Database, _settings: Settings) -> list[dict[str, Any]]:
        async with database.work() as transaction:
            found = await organizations.by_slug(transaction, slug=organization)
            if found is None:
                raise CommandError(f"there is no organization {organization!r}")
            rows = await calls.listed(transaction, organization_id=found.organization_id)
        return [
            {
                "id": row["id"], "provider_call_id": row["provider_call_id"], "from": row["caller"], "to": row["tracked_number"],
                "outcome": row["outcome"], "started_at": row["started_at"], "ended_at": row["ended_at"],
            }
            for row in rows
        ]  # fmt: skip

    show(with_database("capture", work))


@app.command("credit", help="Credit one month on the next invoice, once; --key repeats one that was asked for before.")
def credit(
    organization: Annotated[str, typer.Option(help="the organization's slug")],
    reason: Annotated[str, typer.Option(help="what the invoice says")],
    key: Annotated[UUID | None, typer.Option(help="id of the credit; a new one without it")] = None,
) -> None:
    async def work(database: Database, settings: Settings) -> dict[str, Any]:
        from capture.gateway.stripe_billing import stripe_of  # noqa: PLC0415 -- the SDK takes long to load

        clock, credit_id, stripe = system_clock(settings.clock_file), key or ids.new_id(), stripe_of(settings)
        async with database.work() as transaction:
            found = await organizations.by_slug(transaction, slug=organization)
            if found is None:
                raise CommandError(f"there is no organization {organization!r}")
            await owe_credit(
                transaction, credit_id=credit_id, organization_id=found.organization_id, reason=reason, actor=Actor("command", "capture credit"), now=clock.now()
            )  # fmt: skip
        await GiveCredits(database=database, keys=settings.keys, stripe=stripe, clock=clock)(credit_id)
        if stripe is not None:
            await stripe.stop()
        async with database.work() as transaction:
            row = await billing.credit(transaction, credit_id=credit_id)
        if row is None or row["organization_id"] != found.organization_id:
            raise CommandError(f"the key {credit_id} is another organization's")
        return shown(row)

    show([with_database("capture", work)])


@app.command(
    "password-link",
    help="A link for a new password, for whoever cannot sign in and has nobody else to ask; works once.",
)
def password_link(email: Annotated[str, typer.Argument(help="the member's address")]) -> None:
    async def work(database: Database, settings: Settings) -> dict[str, Any]:
        from capture.app.change_people import ChangePeople  # noqa: PLC0415 -- commands that only read need none of it
        from capture.app.guesses import Guesses  # noqa: PLC0415
        from capture.app.hashing import Passwords  # noqa: PLC0415
        from capture.app.set_password import LIFE, SetPassword  # noqa: PLC0415

        own = own_settings.read(settings.own)
        change = ChangePeople(database=database, keys=settings.keys)
        guesses = Guesses(database=database, keys=settings.keys)
        use_case = SetPassword(
            change=change,
            passwords=Passwords(memory_kib=own.password_memory_kib, rounds=own.password_rounds),
            guesses=guesses,
        )
        now = system_clock(settings.clock_file).now()
        token = await use_case.link_by_email(email=email, now=now)
        if token is None:
            raise CommandError(f"nobody who may sign in has the address {email}")
        return {"url": f"{settings.public_url}/sign-in/password/{token}", "ends_at": now + LIFE}

    show([with_database("capture", work)])


def main() -> None:
    app()


if __name__ == "__main__":
    main()
