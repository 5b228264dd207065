"""Engines and services for measuring: started one by one, so that a rate can be taken with the worker idle or at work."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from running_stack import RunningStack

from laptop import ports

BIN = Path(sys.executable).parent
NAMES = {"java": "kafka", "laptop.health": "health"}
PARTS = ("capture", "messaging", "booking", "reminders", "proof", "carrier", "caddy", "postgres", *NAMES)


@dataclass
class Measured:
    """A running stack, and processes beside it."""

    stack: RunningStack

    @property
    def superuser(self) -> str:
        return str(self.stack.connections["postgres"]["superuser"])

    @property
    def kafka(self) -> str:
        return str(self.stack.connections["kafka"])

    def database(self, service: str) -> str:
        return str(self.stack.connections["postgres"]["databases"][service])

    def place(self, service: str) -> tuple[str, int]:
        """Host and port of a service, without the front door."""
        host, _, port = str(self.stack.connections["services"][service]).removeprefix("http://").rpartition(":")
        return host, int(port)

    @contextmanager
    def beside(self, *arguments: str, port: int) -> Iterator[None]:
        """A process of ours beside the stack, ready when its port answers."""
        facts = self.stack.connections
        roles = facts["postgres"]["roles"]["capture"]
        given = self.stack.environment | {
            "CALLSNARE_DATABASE_OWNER": roles["owner"], "CALLSNARE_DATABASE_WEB": roles["web"], "CALLSNARE_DATABASE_WORK": roles["work"],
            "CALLSNARE_HTTP": f"127.0.0.1:{port}", "CALLSNARE_PUBLIC_URL": facts["public_url"],
        }  # fmt: skip
        process = subprocess.Popen(
            [str(BIN / arguments[0]), *arguments[1:]],
            env=given,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.stack.folder,
        )
        try:
            deadline = time.monotonic() + 30
            while not ports.answers(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"{arguments} did not start")
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(30)

    def peak_mebibytes(self) -> dict[str, int]:
        """The most memory each process had so far; of Postgres' many the memory that they share counts once."""
        assert self.stack.process is not None
        found = {}
        for child in psutil.Process(self.stack.process.pid).children():
            own = sum(_peak(each, shared=False) for each in child.children(recursive=True))
            found[_name(child)] = _peak(child, shared=True) + own
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(address + "/health/ready", timeout=5) as answer:
            return int(answer.status) == 200
    except OSError:
        return False


def _peak(process: psutil.Process, *, shared: bool) -> int:
    """In MiB; without `shared`, less what is mapped from files and shared memory now."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    except OSError:
        return 0
    sizes = {
        line.partition(":")[0]: line.split()[1] for line in lines if line.startswith(("VmHWM", "RssFile", "RssShmem"))
    }
    mapped = 0 if shared else int(sizes.get("RssFile", 0)) + int(sizes.get("RssShmem", 0))
    return max(0, int(sizes.get("VmHWM", 0)) - mapped) // 1024


def _name(process: psutil.Process) -> str:
    words = [Path(word).name for word in process.cmdline()[:3]]
    found = next((word for word in words if word in PARTS), words[0] if words else "?")
    return NAMES.get(found, found)
