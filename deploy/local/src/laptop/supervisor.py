"""Starts parts in order, waits until each is ready, restarts what dies, stops in reverse. Knows no part by name."""

import asyncio
import os
import secrets
import signal
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from laptop.console import Console
from laptop.errors import LaptopError
from laptop.process import Program

FIRST_TRIES = 3
GLANCE_SECONDS = 0.05
BACK_OFF_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
STEADY_SECONDS = 60.0  # up for so long, the next restart is prompt again
LAST_LINES = 5
LONGEST_LINE = 16_384


def _nothing() -> None:
    """Do nothing."""


@dataclass(kw_only=True)
class Part:
    """One process to keep running.

    `program` gets a nonce that is new for each start; `ready` gets it too, with the process id: a stale process that
    answers on the port does not know it.
    """

    name: str
    program: Callable[[str], Program]
    ready: Callable[[int, str], Awaitable[bool]]
    prepare: Callable[[], None] = _nothing
    launched: Callable[[], None] = _nothing
    start_seconds: float = 60.0


@dataclass(eq=False)
class _Running:
    part: Part
    first: "asyncio.Future[None]"
    process: "asyncio.subprocess.Process | None" = None
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 30.0
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))


class Supervisor:
    """To be used from the main thread's event loop: children die with the thread that started them."""

    def __init__(self, *, console: Console, hold: Path | None = None) -> None:
        """A part that dies while `hold` has a file of its name stays down until the file goes: fault tests do that."""
        self._console = console
        self._hold = hold
        self._groups: list[list[_Running]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def start(self, *parts: Part) -> None:
        """All of these side by side; returns when each has been ready once. They stop as one group, too."""
        loop = asyncio.get_running_loop()
        group = [_Running(part, loop.create_future()) for part in parts]
        self._groups.append(group)
        for running in group:
            task = asyncio.create_task(self._keep(running))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await asyncio.gather(*(running.first for running in group))

    async def job(self, *, program: Program) -> None:
        """Run one program to its end; its failure is ours."""
        running = _Running(Part(name=program.name, program=lambda _: program, ready=_never), asyncio.Future())
        self._groups.append([running])
        process = await self._spawn(running, program)
        code = await process.wait()
        self._groups.remove([running])
        if code and not self._stopping:
            raise LaptopError(f"{program.name} failed (exit {code}): {_last(running.last_lines)}")

    async def stop(self, *, at_once: bool = False) -> None:
        """Groups in reverse order, within a group side by side."""
        self._stopping = True
        while self._groups:
            await asyncio.gather(*(self._end(running, at_once=at_once) for running in self._groups.pop()))
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def pids(self) -> dict[str, int]:
        """Of what runs now."""
        every = [running for group in self._groups for running in group]
        return {each.part.name: each.process.pid for each in every if each.process and each.process.returncode is None}

    async def _keep(self, running: _Running) -> None:
        failures = 0
        clock = asyncio.get_running_loop().time
        while not self._stopping:
            begun = clock()
            trouble = await self._once(running)
            if self._stopping or _failed(running.first):
                return
            failures = 1 if clock() - begun > STEADY_SECONDS else failures + 1
            if not running.first.done() and failures >= FIRST_TRIES:
                running.first.set_exception(LaptopError(f"{trouble}: {_last(running.last_lines)}"))
                return
            pause = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS)) - 1]
            self._console.say(f"{trouble}; starting it again in {pause:g} s")
            await asyncio.sleep(pause)
            await self._wait_while_held(running.part.name)

    async def _wait_while_held(self, name: str) -> None:
        while self._hold is not None and (self._hold / name).exists():  # noqa: ASYNC110 -- a file rings no bell
            await asyncio.sleep(GLANCE_SECONDS)

    async def _once(self, running: _Running) -> str:
        """One life of the part: returns how it ended."""
        part, nonce = running.part, secrets.token_hex(8)
        try:
            await _in_thread(part.prepare)
            program = part.program(nonce)
        except LaptopError as error:
            if not running.first.done():
                running.first.set_exception(error)
            return str(error)
        if self._stopping:
            return f"{part.name} is not started any more"
        running.stop_signal, running.stop_seconds = program.stop_signal, program.stop_seconds
        process = await self._spawn(running, program)
        part.launched()
        if not await self._becomes_ready(part, process, nonce):
            _kill_group(process)
            await process.wait()
            return f"{part.name} did not become ready (exit {process.returncode})"
        if not running.first.done():
            running.first.set_result(None)
        code = await process.wait()
        _kill_group(process)
        return f"{part.name} ended (exit {code})"

    async def _becomes_ready(self, part: Part, process: "asyncio.subprocess.Process", nonce: str) -> bool:
        clock = asyncio.get_running_loop().time
        deadline = clock() + part.start_seconds
        while process.returncode is None and clock() < deadline and not self._stopping:
            if await part.ready(process.pid, nonce):
                return process.returncode is None
            await asyncio.sleep(GLANCE_SECONDS)
        return False

    async def _spawn(self, running: _Running, program: Program) -> "asyncio.subprocess.Process":
        process = await asyncio.create_subprocess_exec(
            *program.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(program.environment),
            cwd=program.folder,
            pass_fds=program.pass_fds,
            start_new_session=True,
            limit=LONGEST_LINE,
        )
        running.process = process
        task = asyncio.create_task(self._show(running, process))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return process

    async def _show(self, running: _Running, process: "asyncio.subprocess.Process") -> None:
        if process.stdout is None:
            return
        while True:
            try:
                raw = await process.stdout.readuntil(b"\n")
            except asyncio.IncompleteReadError as error:
                raw = error.partial
                if not raw:
                    return
            except asyncio.LimitOverrunError as error:
                raw = await process.stdout.read(error.consumed)
            text = raw.decode(errors="replace").rstrip()
            if text:
                running.last_lines.append(text)
                self._console.line(name=running.part.name, text=text)

    async def _end(self, running: _Running, *, at_once: bool) -> None:
        process = running.process
        if process is None:
            return
        if process.returncode is None and not at_once:
            with suppress(ProcessLookupError):
                process.send_signal(running.stop_signal)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), running.stop_seconds)
        if process.returncode is None and not at_once:
            self._console.say(f"{running.part.name} did not stop in {running.stop_seconds:g} s and is killed")
        _kill_group(process)
        await process.wait()


async def _in_thread(work: Callable[[], None]) -> None:
    """In a thread that nobody waits for at the end: a Ctrl-C in the middle of a download ends it, too."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def settle(error: Exception | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        failure: Exception | None = None
        try:
            work()
        except Exception as error:  # noqa: BLE001 -- raised again where it is awaited
            failure = error
        with suppress(RuntimeError):  # the loop has gone, and with it whoever wanted to know
            loop.call_soon_threadsafe(settle, failure)

    threading.Thread(target=run, daemon=True).start()
    await done


def _failed(future: "asyncio.Future[None]") -> bool:
    return future.done() and future.exception() is not None


async def _never(_pid: int, _nonce: str) -> bool:
    return False


def _kill_group(process: "asyncio.subprocess.Process") -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _last(lines: Sequence[str]) -> str:
    return lines[-1] if lines else "it said nothing"
