"""What Postgres and Kafka have in common: a folder, a lock on it, one process, a way to tell that it is ready."""

import asyncio
import signal
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from laptop import process
from laptop.errors import LaptopError
from laptop.folders import FolderLock
from laptop.process import Program

if TYPE_CHECKING:
    import subprocess

START_SECONDS = 60.0
LOCK_SECONDS = 30.0
GLANCE_SECONDS = 0.03

Say = Callable[[str], None]


def quiet(_: str) -> None:
    """Say nothing."""


@dataclass(kw_only=True)
class Engine(ABC):
    """One engine on one folder.

    `start`, `stop`, `kill` drive it by hand, in tests; the supervisor takes `prepare`, `program` and `ready` and runs
    it itself. Started again, it comes back on the same port.
    """

    title: ClassVar[str]
    stop_signal: ClassVar[int] = signal.SIGTERM
    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    say: Say = quiet
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self.folder = self.folder.absolute()
        self.lock = FolderLock(self.folder / "lock")

    @abstractmethod
    def prepare(self) -> None:
        """Everything up to the start; blocking, safe to repeat and to be killed in."""

    @abstractmethod
    def program(self) -> Program:
        """What to run, once prepared."""

    @abstractmethod
    async def ready(self, *, pid: int) -> bool:
        """Whether this very process serves; a stranger on the port does not count."""

    @property
    def log_file(self) -> Path:
        return self.folder / "log"

    def take_lock(self) -> None:
        if not self.lock.take(seconds=LOCK_SECONDS):
            raise LaptopError(f"another {self.title} is running on {self.folder}; stop it first")

    def launch(self) -> None:
        """Start without waiting. From the main thread: the engine dies with the thread that starts it."""
        self.prepare()
        with self.log_file.open("ab") as output:
            self.process = process.launch(program=self.program(), output=output)
        self.launched()

    def launched(self) -> None:
        """From now on only the engine holds the lock: it is free again when its last process has gone."""
        self.lock.release()

    async def wait_until_ready(self) -> None:
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while self.process is not None and not await self.ready(pid=self.process.pid):
            if self.process.poll() is not None:
                raise LaptopError(f"{self.title} ended at start (exit {self.process.returncode}); see {self.log_file}")
            if asyncio.get_running_loop().time() > deadline:
                self.kill()
                raise LaptopError(f"{self.title} was not ready after {START_SECONDS:.0f} s; see {self.log_file}")
            await asyncio.sleep(GLANCE_SECONDS)

    def start(self) -> None:
        """Start and wait, blocking; also where an event loop is running."""
        self.launch()
        failure: list[LaptopError] = []

        def wait() -> None:
            try:
                asyncio.run(self.wait_until_ready())
            except LaptopError as error:
                failure.append(error)

        waiter = threading.Thread(target=wait)
        waiter.start()
        waiter.join()
        if failure:
            raise failure[0]

    async def bring_up(self) -> None:
        """Start and wait, leaving the event loop to others meanwhile."""
        self.launch()
        await self.wait_until_ready()

    def stop(self) -> None:
        if self.process is not None:
            process.stop(process=self.process, number=self.stop_signal, seconds=process.STOP_SECONDS)
            self.process = None

    def kill(self) -> None:
        """As the kernel does when memory runs out."""
        if self.process is not None:
            self.before_kill(self.process.pid)
            process.kill(process=self.process)
            self.process = None

    def before_kill(self, pid: int) -> None:  # noqa: B027 -- most engines have nothing to do here
        """For an engine whose children do not die with it."""
