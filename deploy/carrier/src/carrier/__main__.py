"""`carrier serve`: see README.md for its settings."""

import sys

import typer
import uvloop

from carrier.app import App
from carrier.settings import load
from chassis.http import HttpServer
from chassis.log import configure_logging
from chassis.runner import run

cli = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="The stand-in carrier."
)


@cli.command("serve", help="Until it is stopped; settings come from the environment.")
def serve() -> None:
    try:
        settings = load()
    except ValueError as error:
        sys.stderr.write(f"carrier cannot start: {error}\n")
        raise typer.Exit(1) from None
    configure_logging(service="carrier", level="INFO")

    async def serving() -> None:
        await run([HttpServer(App(settings), host=settings.host, port=settings.port)])

    uvloop.run(serving())


@cli.callback()
def named() -> None:
    """Keeps `serve` a word of its own while there is only one command."""


def main() -> None:
    cli()


if __name__ == "__main__":
    main()
