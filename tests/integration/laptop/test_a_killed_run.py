"""A run of tests that is killed leaves neither engines nor folders."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

RUN = """
import os, signal
from pathlib import Path
from laptop.keeper import borrow
folder = Path({folder!r})
print(borrow(kind="postgres", folder=folder, owner=os.getpid()), flush=True)
signal.pause()
"""


def test_engines_of_a_killed_run_end_with_it(
    launch: Callable[[str], Any],
    tmp_path: Path,
    wait_for: Callable[[Callable[[], object]], None],
    processes_of: Callable[[Path], list[int]],
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    run = launch(RUN.format(folder=str(folder)))
    assert run.stdout.readline().startswith("postgresql://")
    assert processes_of(folder)
    run.kill()
    run.wait()
    wait_for(lambda: not processes_of(folder))
    wait_for(lambda: not folder.exists())
