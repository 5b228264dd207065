"""Starting a child that cannot outlive its launcher."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

STOP_SECONDS = 30.0
SHIM = Path(__file__).with_name("shim.py")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who a child is. Both None: the same as we."""

    namespace: int | None = None  # our uid looks like this one inside a user namespace
    uid: int | None = None  # really become this uid


@dataclass(frozen=True, kw_only=True)
class Program:
    """What to run and how it dies.

    `niceness` is how far it stands back when cores are short. `death_signal` reaches it when the launcher's main thread ends in whatever way; 0 lets it live on (short jobs).
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] = field(repr=False)
    identity: Identity = Identity()
    death_signal: int = signal.SIGKILL
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = STOP_SECONDS
    folder: Path | None = None
    niceness: int = 0
    pass_fds: tuple[int, ...] = ()

    @property
    def command(self) -> list[str]:
        """The argument list with the shim in front; to be started by the process that calls this."""
        shim = [sys.executable, "-I", "-S", str(SHIM), "--parent", str(os.getpid())]
        shim += ["--death-signal", str(int(self.death_signal))]
        if self.identity.namespace is not None:
            shim += ["--namespace", str(self.identity.namespace)]
        if self.identity.uid is not None:
            shim += ["--identity", str(self.identity.uid)]
        if self.niceness:
            shim += ["--niceness", str(self.niceness)]
        return [*shim, "--", *self.argv]


def launch(*, program: Program, output: IO[bytes] | int | None = None) -> subprocess.Popen[bytes]:
    """Start it in a process group of its own, so that the terminal's Ctrl-C reaches the supervisor alone.

    To be called from the main thread: the parent-death signal follows the thread that forked.
    """
    return subprocess.Popen(  # noqa: S603 -- our own argument list
        program.command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=dict(program.environment),
        cwd=program.folder,
        pass_fds=program.pass_fds,
        start_new_session=True,
    )


def stop(*, process: subprocess.Popen[bytes], number: int, seconds: float) -> None:
    """Ask, wait, then insist; the whole group goes."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            kill(process=process)
    kill(process=process)


def kill(*, process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    except PermissionError:  # macOS says so of a group that only has zombies
        pass
    process.wait()


def output_of(*, program: Program, input_text: str | None = None) -> tuple[int, str]:
    """Run a short job to its end: exit code and what it said."""
    done = subprocess.run(  # noqa: S603 -- our own argument list
        program.command,
        input=input_text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(program.environment),
        cwd=program.folder,
        pass_fds=program.pass_fds,
        check=False,
        text=True,
        errors="replace",
    )
    return done.returncode, done.stdout
