"""Keeps one engine for a run of tests: started by whichever worker needs it first, gone with the run in any case.

`python -m laptop.keeper postgres|kafka FOLDER OWNER` where OWNER is the process id of the run.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from laptop import topics
from laptop.errors import LaptopError
from laptop.folders import FolderLock, read_json, write_json
from laptop.kafka import EmbeddedKafka
from laptop.postgres import EmbeddedPostgres
from laptop.settings import environment, jar_cache

START_SECONDS = 300.0
GLANCE_SECONDS = 0.2


def borrow(*, kind: str, folder: Path, owner: int) -> str:
    """The engine's address (a superuser's DSN or a bootstrap), started when this run has none yet. Blocking."""
    lock = FolderLock(folder / f"{kind}.lock")
    if not lock.take(seconds=START_SECONDS):
        raise LaptopError(f"the {kind} of this test run has been starting for {START_SECONDS:.0f} s")
    try:
        answer = folder / f"{kind}.json"
        if not answer.exists():
            _start_keeper(kind, folder, owner, answer)
        told = read_json(path=answer)
        if "error" in told:
            raise LaptopError(told["error"])
        return str(told["address"])
    finally:
        lock.release()


def dismiss(*, folder: Path) -> None:
    """At the end of a run: ask each keeper to stop its engine, wait, remove the folder."""
    keepers = [read_json(path=path) for path in folder.glob("*.json")]
    processes = [psutil.Process(each["pid"]) for each in keepers if each and psutil.pid_exists(each["pid"])]
    for process in processes:
        process.terminate()
    psutil.wait_procs(processes, timeout=40)
    shutil.rmtree(folder, ignore_errors=True)


def _start_keeper(kind: str, folder: Path, owner: int, answer: Path) -> None:
    log = folder / f"{kind}.log"
    with log.open("ab") as output:
        keeper = subprocess.Popen(  # noqa: S603 -- our own module
            [sys.executable, "-m", "laptop.keeper", kind, str(folder), str(owner)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    deadline = time.monotonic() + START_SECONDS
    while not answer.exists():
        if keeper.poll() is not None or time.monotonic() > deadline:
            raise LaptopError(f"the {kind} of this test run did not start: {log.read_text()[-2000:]}")
        time.sleep(GLANCE_SECONDS / 10)
    keeper.returncode = 0  # it outlives this worker on purpose; without this Python warns of a child left behind


def _engine(kind: str, folder: Path) -> EmbeddedKafka | EmbeddedPostgres:
    if kind == "kafka":
        return EmbeddedKafka(folder=folder, cache=jar_cache(), environment=environment(), say=print)
    return EmbeddedPostgres(folder=folder, environment=environment(), say=print, durable=False)  # it ends with the run


def _address(engine: EmbeddedKafka | EmbeddedPostgres) -> str:
    if isinstance(engine, EmbeddedKafka):
        asyncio.run(topics.ensure(bootstrap=engine.bootstrap))
        return engine.bootstrap
    return engine.dsn()


def main() -> None:
    kind, folder, owner = sys.argv[1], Path(sys.argv[2]), psutil.Process(int(sys.argv[3]))
    asked_to_stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: asked_to_stop.append(number))
    engine = _engine(kind, folder / kind)
    try:
        engine.start()
        answer = {"address": _address(engine), "pid": os.getpid()}
    except LaptopError as error:
        answer = {"error": str(error), "pid": os.getpid()}
    write_json(path=folder / f"{kind}.json", value=answer)
    while owner.is_running() and owner.status() != psutil.STATUS_ZOMBIE and not asked_to_stop:
        time.sleep(GLANCE_SECONDS)
    engine.stop()
    if not owner.is_running():
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
