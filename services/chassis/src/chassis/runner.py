"""Starts components in order, waits for a signal, stops them in reverse within the time that a container is given."""

import asyncio
import gc
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Protocol

from chassis.log import get_logger

STOP_SECONDS: Final = 25.0
GARBAGE_ROUNDS: Final = (20_000, 20, 50)
LEAST_SECONDS: Final = 0.1
"""What is left for each of those that come last when one before them took all the time."""

log = get_logger(__name__)


class Component(Protocol):
    """Something that runs until it is stopped. `stop` has to work after a `start` that failed or was cut short."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


async def run(components: Sequence[Component], *, stop_seconds: float = STOP_SECONDS) -> None:
    """Until SIGTERM or SIGINT. A component that cannot start stops those before it, and its error is raised."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    touched: list[Component] = []
    try:
        for component in components:
            touched.append(component)
            await _start(component, told)
            if told.is_set():
                return
        _settle_memory()
        log.info("started")
        await told.wait()
    finally:
        await _stop_all(touched, loop.time() + stop_seconds)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
        log.info("stopped")


def _settle_memory() -> None:
    """What is here by now stays: it is never looked through again for what could be freed, and the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_ROUNDS)


async def _start(component: Component, told: asyncio.Event) -> None:
    """Returns when it runs, or early when a signal came."""
    starting = asyncio.ensure_future(component.start())
    waiting = asyncio.ensure_future(told.wait())
    await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not starting.done():
        starting.cancel()
        with suppress(asyncio.CancelledError):
            await starting
        return
    await starting


async def _stop_all(touched: Sequence[Component], deadline: float) -> None:
    loop = asyncio.get_running_loop()
    for component in reversed(touched):
        name = type(component).__name__
        try:
            async with asyncio.timeout(max(LEAST_SECONDS, deadline - loop.time())):
                await component.stop()
        except TimeoutError:
            log.error("stop_took_too_long", component=name)  # noqa: TRY400 -- a traceback would tell nothing
        except Exception:
            log.exception("stop_failed", component=name)
