"""A consumer in a process of its own, to be killed: `consumer_process.py WORK_DSN BOOTSTRAP TOPIC CONSUMER [die|slow]`.

With `die` it kills itself at the worst moment: the effect is committed, Kafka does not know.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from chassis import broker
from chassis.bus import Bus
from chassis.clock import system_clock
from chassis.consumer import Subscription
from chassis.database import Transaction, open_database
from chassis.settings import DatabaseSettings
from chassis.testing import settings_for
from contracts.topics import WEEK, Key, Topic


async def main() -> None:
    work, kafka, topic, consumer, *words = sys.argv[1:]
    settings = settings_for("sample", database=DatabaseSettings(owner=work, web=work, work=work), kafka=kafka)

    async def handle(transaction: Transaction, events: Sequence[Any]) -> None:
        for event in events:
            await transaction.execute(
                "INSERT INTO effects (consumer, key, event_id, body) VALUES ($1, $2, $3, $4)",
                consumer, str(event.key), event.event_id, event.body,
            )  # fmt: skip
        if "slow" in words:
            await asyncio.sleep(0.05)

    if "die" in words:

        async def die(*_: object) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        broker.PatientConsumer.commit = die  # type: ignore[assignment, method-assign]
    broker.BATCH_RECORDS = 10  # type: ignore[misc]
    subscription = Subscription(
        topic=Topic(topic, ("test",), Key.HOMEOWNER, WEEK, 3), name=consumer, handle=handle, needs_organization=False
    )
    bus = Bus(
        settings=settings,
        database=await open_database(settings, roles=("work",)),
        clock=system_clock(None),
        organizations=None,
        subscriptions=[subscription],
    )
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    await bus.start()
    await told.wait()
    await bus.stop()


asyncio.run(main())
