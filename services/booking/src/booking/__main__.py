"""`booking serve | web | work | migrate | republish | dead-letters`."""

from collections.abc import Sequence

from booking.app.mark_visit import changed
from booking.store import bookings
from chassis.cli import scripts_of, service_cli
from chassis.clock import system_clock
from chassis.database import Database
from chassis.runner import Component
from chassis.settings import Settings


async def _republish(database: Database, settings: Settings) -> int:
    now = system_clock(settings.clock_file).now()
    async with database.work() as transaction:
        rows = await bookings.every(transaction)
        transaction.append(*(changed(row, now=now) for row in rows))
    return len(rows)


async def _build(settings: Settings, roles: frozenset[str]) -> Sequence[Component]:
    from booking.main import build  # noqa: PLC0415 -- commands that only read a table need none of it

    return await build(settings, roles)


app = service_cli("booking", build=_build, scripts=scripts_of(__file__), republish=_republish)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
