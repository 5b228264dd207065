"""The command of a service: `serve`, `web`, `work`, `migrate`, `republish`, `dead-letters`; each service adds its own."""

import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar

import asyncpg
import msgspec
import typer
import uvloop

from chassis import dead_letters
from chassis.clock import system_clock
from chassis.database import Database, open_database
from chassis.log import configure_logging, get_logger
from chassis.runner import Component, run
from chassis.settings import Settings, SettingsError, load
from chassis.telemetry import configure_tracing, stop_tracing
from chassis.trouble import CannotStartError, is_of_engines

ALL_ROLES: Final = frozenset({"web", "work"})
DeadLetterId = Annotated[int, typer.Argument(help="id as `list` shows it")]
T = TypeVar("T")
Build = Callable[[Settings, frozenset[str]], Awaitable[Sequence[Component]]]
Republish = Callable[[Database, Settings], Coroutine[Any, Any, int]]

log = get_logger(__name__)


class CommandError(Exception):
    """An anticipated refusal: one sentence for a person."""


def show(rows: Iterable[Any]) -> None:
    """Each row as one JSON line on standard output."""
    for row in rows:
        value = row._asdict() if hasattr(row, "_asdict") else row
        sys.stdout.write(msgspec.json.encode(value).decode() + "\n")


def fail(sentence: str) -> NoReturn:
    """On standard error, with exit code 1."""
    sys.stderr.write(sentence + "\n")
    raise typer.Exit(1)


def with_settings(service: str, work: Callable[[Settings], Coroutine[Any, Any, T]]) -> T:
    """Runs a command's coroutine; anticipated trouble becomes a sentence and exit code 1."""
    return _guarded(service, lambda: uvloop.run(work(_settings(service))))


def with_database(service: str, work: Callable[[Database, Settings], Coroutine[Any, Any, T]]) -> T:
    """As `with_settings`, with the service's database open."""

    async def opened(settings: Settings) -> T:
        database = await open_database(settings, size=2)
        try:
            return await work(database, settings)
        finally:
            await database.stop()

    return with_settings(service, opened)


def service_cli(service: str, *, build: Build, scripts: Path, republish: Republish | None = None) -> typer.Typer:
    """The commands that every service has."""
    app = typer.Typer(
        no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=f"The {service} service."
    )
    app.command("serve", help="Web and work in one process.")(lambda: _serve(service, build, ALL_ROLES))
    app.command("web", help="HTTP only.")(lambda: _serve(service, build, frozenset({"web"})))
    app.command("work", help="Consumers, relay and loops, with health over HTTP.")(
        lambda: _serve(service, build, frozenset({"work"}))
    )
    app.command("migrate", help="Bring the database to the newest revision.")(
        lambda: _guarded(service, lambda: _migrate(service, scripts))
    )
    if republish is not None:
        app.command("republish", help="Emit the present state anew, for a restored or new consumer.")(
            lambda: show([{"republished": with_database(service, republish)}])
        )
    app.add_typer(_dead_letters(service), name="dead-letters", help="Records that could not be handled.")
    return app


def scripts_of(package_file: str) -> Path:
    """The folder of a service's chain: beside `src` in the workspace, inside the package when installed from a wheel."""
    package = Path(package_file).parent
    inside = package / "_migrations"
    return inside if inside.is_dir() else package.parents[1] / "migrations"


def _migrate(service: str, scripts: Path) -> None:
    from chassis.migrations import migrate  # noqa: PLC0415 -- Alembic takes longer to load than most commands to run

    migrate(dsn=_settings(service).database.owner, scripts=scripts)


def _settings(service: str) -> Settings:
    settings = load(service)
    configure_logging(service=service, level="WARNING")
    return settings


def _serve(service: str, build: Build, roles: frozenset[str]) -> None:
    async def serve(settings: Settings) -> None:
        await run(await build(settings, roles))

    def start() -> None:
        settings = load(service)
        configure_logging(service=service, level=settings.log_level)
        configure_tracing(settings)
        try:
            uvloop.run(serve(settings))
        finally:
            stop_tracing()

    _guarded(service, start)


def _guarded(service: str, work: Callable[[], T]) -> T:
    """What nobody foresaw goes through the log, which redacts it: a bare traceback may hold what a homeowner said."""
    try:
        return work()
    except (SettingsError, CommandError) as error:
        fail(str(error))
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        sentence = _anticipated(service, error)
        if sentence is None:
            log.exception("command_failed")
            sentence = f"{service}: something broke that nobody foresaw; the line above says where"
        fail(sentence)


def _anticipated(service: str, error: Exception) -> str | None:
    wrapped = getattr(error, "orig", None)  # by SQLAlchemy, while migrating
    cause = (wrapped.__cause__ or wrapped) if isinstance(wrapped, BaseException) else error
    match cause:
        case CannotStartError():
            return f"{service} cannot start: {cause}"
        case asyncpg.UndefinedTableError() | asyncpg.UndefinedColumnError():
            return f"{service}'s database is not up to date; run `{service} migrate`"
        case asyncpg.InvalidCatalogNameError() | asyncpg.InvalidAuthorizationSpecificationError():
            return f"{service} may not use its database: {cause}"
        case _ if isinstance(cause, Exception) and is_of_engines(cause):
            return f"{service} cannot reach its database ({cause or type(cause).__name__}); is the stack running?"
        case _:
            return None


def _dead_letters(service: str) -> typer.Typer:
    app = typer.Typer(no_args_is_help=True)

    @app.command("list", help="Oldest first, as JSON lines.")
    def list_all() -> None:
        show(with_database(service, lambda database, _: dead_letters.list_dead_letters(database)))

    @app.command(help="Try one again, now.")
    def retry(dead_letter_id: DeadLetterId) -> None:
        async def work(database: Database, settings: Settings) -> bool:
            now = system_clock(settings.clock_file).now()
            return await dead_letters.retry_dead_letter(database, dead_letter_id=dead_letter_id, now=now)

        _told(found=with_database(service, work), dead_letter_id=dead_letter_id)

    @app.command(help="Delete one for good.")
    def drop(dead_letter_id: DeadLetterId) -> None:
        async def work(database: Database, _settings: Settings) -> bool:
            return await dead_letters.drop_dead_letter(database, dead_letter_id=dead_letter_id)

        _told(found=with_database(service, work), dead_letter_id=dead_letter_id)

    return app


def _told(*, found: bool, dead_letter_id: int) -> None:
    if not found:
        fail(f"there is no dead letter {dead_letter_id}; `dead-letters list` shows them")
