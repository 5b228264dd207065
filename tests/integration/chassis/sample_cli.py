"""The command of a sample service. `python sample_cli.py SCRIPTS serve | ...`."""

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from chassis.cli import CommandError, service_cli, show, with_database
from chassis.database import Database, open_database
from chassis.http import HttpServer, create_http
from chassis.probes import Probes
from chassis.runner import Component
from chassis.settings import Settings


async def build(settings: Settings, roles: frozenset[str]) -> Sequence[Component]:
    database = await open_database(settings)
    probes = Probes(database=database, kafka=settings.kafka)
    app = create_http(settings=settings, checks={"postgres": probes.postgres})
    show([{"roles": sorted(roles)}])
    sys.stdout.flush()
    return [database, HttpServer(app, host=settings.http_host, port=settings.http_port)]


async def republish(database: Database, _settings: Settings) -> int:
    async with database.work() as transaction:
        return int(await transaction.fetch_value("SELECT count(*) FROM notes"))


app = service_cli("sample", build=build, scripts=Path(sys.argv.pop(1)), republish=republish)


@app.command("stumble", help="Ends in the trouble it is told.")
def stumble(how: str) -> None:
    async def work(_database: Database, _settings: Settings) -> None:
        match how:
            case "foreseen":
                raise CommandError("there is no organization 'x'")
            case "exit":
                raise typer.Exit(3)
            case _:
                raise RuntimeError("+13125550123 wrote\nDETAIL: no heat")

    with_database("sample", work)


app()
