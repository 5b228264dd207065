"""A relay in a process of its own, to be killed: `relay_process.py WORK_DSN BOOTSTRAP [die]`.

With `die` it kills itself at the worst moment: Kafka has acknowledged, nothing is deleted yet.
"""

import asyncio
import os
import signal
import sys

from chassis.clock import system_clock
from chassis.database import open_database
from chassis.flights import Flights
from chassis.relay import Relay
from chassis.settings import DatabaseSettings
from chassis.testing import settings_for


async def main() -> None:
    work, kafka = sys.argv[1], sys.argv[2]
    settings = settings_for("sample", database=DatabaseSettings(owner=work, web=work, work=work), kafka=kafka)
    if sys.argv[3:] == ["die"]:
        take = Flights.take_landed

        def die(self: Flights) -> list[int]:
            if self._landed:
                os.kill(os.getpid(), signal.SIGKILL)
            return take(self)

        Flights.take_landed = die  # type: ignore[method-assign]
    relay = Relay(settings=settings, database=await open_database(settings, roles=("work",)), clock=system_clock(None))
    await relay.start()
    await asyncio.Event().wait()


asyncio.run(main())
