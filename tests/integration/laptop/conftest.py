"""Waiting for a fact, and launchers that can be killed."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from laptop.settings import environment

WaitFor = Callable[[Callable[[], object]], None]
Launch = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture(scope="session")
def wait_for() -> WaitFor:
    """Until it is so, at most half a minute."""

    def wait(check: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30
        while not check():
            assert time.monotonic() < deadline, "it never came to be"
            time.sleep(0.02)

    return wait


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Runs a piece of Python as a process of its own; returns once it has printed a line."""
    started: list[subprocess.Popen[str]] = []

    def run(code: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment(), start_new_session=True
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture(scope="session")
def is_alive() -> Callable[[int], bool]:
    def alive(pid: int) -> bool:
        try:
            return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False

    return alive


@pytest.fixture(scope="session")
def processes_of() -> Callable[[Path], list[int]]:
    """Whatever runs with this folder in its command line."""

    def found(folder: Path) -> list[int]:
        return [
            each.pid
            for each in psutil.process_iter(["cmdline", "status"])
            if each.info["status"] != psutil.STATUS_ZOMBIE and str(folder) in " ".join(each.info["cmdline"] or [])
        ]

    return found
