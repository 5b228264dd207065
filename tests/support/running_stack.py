"""A whole stack of its own for end-to-end tests, fault tests and measurements: what `make up` starts, in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from laptop import ports
from laptop.settings import environment

BIN = Path(sys.executable).parent
START_SECONDS = 180.0
GLANCE_SECONDS = 0.02
PROGRAMS = {"kafka": "java"}


@dataclass
class RunningStack:
    """`folder` holds data and log; `settings` are added to the environment of every process,
    `secrets` are what no log may show."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    secrets: list[str] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> str:
        """All that the processes said so far."""
        return (self.folder / "output").read_text(errors="replace")

    @property
    def connections(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.data / "connections.json").read_text())
        return facts

    @property
    def front_door(self) -> str:
        return str(self.connections["front_door"]).replace("localhost", ports.LOOPBACK)

    def start(self) -> None:
        """Starts and waits for the line `ready`. Raises AssertionError with the last lines when it does not come."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._port = (
            getattr(self, "_port", None) or ports.kept(path=self.folder / "front.json", names=("front",))["front"]
        )
        begun = (self.folder / "output").stat().st_size if (self.folder / "output").exists() else 0
        with (self.folder / "output").open("ab") as output:
            self.process = subprocess.Popen(
                [str(BIN / "callsnare"), "up", "--with-parent"], stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                env=self.environment, cwd=self.folder,
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while "\nready " not in self.log[begun:]:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AssertionError(f"the stack did not start:\n{self.log[-4000:]}")
            time.sleep(GLANCE_SECONDS)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **environment(), "CALLSNARE_DATA": str(self.data), "CALLSNARE_PORT": str(self._port), "CALLSNARE_DEMO": "0", **self.settings,
        }  # fmt: skip

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
        self.process = None

    def pid(self, name: str) -> int:
        """The process of a service, `carrier`, `caddy`, `postgres` or `java` (Kafka). Raises LookupError."""
        assert self.process is not None
        for child in psutil.Process(self.process.pid).children():
            if _called(child, PROGRAMS.get(name, name)):
                return child.pid
        raise LookupError(f"{name} does not run")

    def runs(self, name: str, *, other_than: int) -> bool:
        """Whether a part was started again after this process of it ended."""
        try:
            return self.pid(name) != other_than
        except LookupError:
            return False

    def kill(self, name: str) -> int:
        """SIGKILL, as when memory runs out; the supervisor starts it again. Returns the pid that was killed."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def hold_down(self, name: str) -> "Held":
        """Kills a part and keeps it down for the length of a `with` block; then the supervisor starts it again."""
        return Held(self, name)

    def pause(self, name: str) -> "Paused":
        """Holds a process (and its children) still for the length of a `with` block: it is there and does not answer."""
        return Paused(psutil.Process(self.pid(name)))

    def run(self, command: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """One of the installed commands against this stack."""
        done = subprocess.run(
            [str(BIN / command), *arguments],
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=self.folder,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0 or not check, f"{command} {' '.join(arguments)}: {done.stderr}"
        return done

    def lines(self, command: str, *arguments: str) -> list[dict[str, Any]]:
        """What a command prints as JSON lines."""
        return [json.loads(line) for line in self.run(command, *arguments).stdout.splitlines()]


@dataclass
class Held:
    """Down on entering; free to come back on leaving."""

    stack: RunningStack
    name: str

    def __enter__(self) -> None:
        self._mark = self.stack.data / "hold" / self.name
        self._mark.parent.mkdir(exist_ok=True)
        self._mark.touch()
        self.stack.kill(self.name)

    def __exit__(self, *_: object) -> None:
        self._mark.unlink()


class Paused:
    """SIGSTOP on entering, SIGCONT on leaving."""

    def __init__(self, process: psutil.Process) -> None:
        self._family = [process, *process.children(recursive=True)]

    def __enter__(self) -> None:
        for each in self._family:
            each.suspend()

    def __exit__(self, *_: object) -> None:
        for each in reversed(self._family):
            each.resume()


def _called(process: psutil.Process, name: str) -> bool:
    try:
        words = process.cmdline()
    except psutil.Error:
        return False
    return any(Path(word).name == name for word in words[:2])
