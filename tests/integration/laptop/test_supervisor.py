"""Keeping processes: order, readiness, restarts, the end."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest

from laptop.console import Console
from laptop.errors import LaptopError
from laptop.process import Program
from laptop.settings import environment
from laptop.supervisor import Part, Supervisor

# Says its nonce by file, notes its end; `stubborn` does not listen to anybody.
CHILD = """
import pathlib, signal, sys, time
place, nonce, name, manner = pathlib.Path(sys.argv[1]), *sys.argv[2:]
if manner == "broken":
    sys.exit("the reason why it cannot start")
def end(*_):
    with (place / "ends").open("a") as file: file.write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if manner == "stubborn" else end)
with (place / "starts").open("a") as file: file.write(name + "\\n")
(place / name).write_text(nonce)
while True: signal.pause()
"""


@pytest.fixture
async def supervisor(tmp_path: Path) -> AsyncIterator[Supervisor]:
    console = Console(file=tmp_path / "log")
    supervising = Supervisor(console=console, hold=tmp_path / "hold")
    yield supervising
    await supervising.stop(at_once=True)
    console.close()


@pytest.fixture
def part(tmp_path: Path) -> Callable[..., Part]:
    def make(name: str, manner: str = "kind", *, start_seconds: float = 20) -> Part:
        async def ready(_pid: int, nonce: str) -> bool:
            path = tmp_path / name
            return path.exists() and path.read_text() == nonce

        def program(nonce: str) -> Program:
            argv = [sys.executable, "-S", "-c", CHILD, str(tmp_path), nonce, name, manner]
            return Program(name=name, argv=argv, environment=environment(), stop_seconds=0.3)

        return Part(name=name, program=program, ready=ready, start_seconds=start_seconds)

    return make


async def until(check: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not check():  # noqa: ASYNC110 -- what is waited for happens in another process
            await asyncio.sleep(0.02)


def said(path: Path, text: str) -> bool:
    return text in path.read_text()


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


async def test_a_part_that_cannot_start_is_named_with_its_own_last_words(
    supervisor: Supervisor, part: Callable[..., Part], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("laptop.supervisor.BACK_OFF_SECONDS", (0.01,))
    with pytest.raises(LaptopError, match=r"capture did not .*exit 1.*: the reason why it cannot start"):
        await supervisor.start(part("capture", "broken"))


async def test_an_answer_of_a_stale_process_is_not_taken_for_the_new_one(
    supervisor: Supervisor, part: Callable[..., Part], tmp_path: Path
) -> None:
    (tmp_path / "capture").write_text("nonce of an earlier start")
    await supervisor.start(part("capture"))
    assert lines(tmp_path / "starts") == ["capture"]


async def test_a_killed_part_comes_back_and_the_others_are_left_alone(
    supervisor: Supervisor, part: Callable[..., Part], tmp_path: Path
) -> None:
    await supervisor.start(part("capture"), part("proof"))
    before = supervisor.pids()
    signal_to(before["capture"], signal.SIGKILL)
    await until(lambda: lines(tmp_path / "starts").count("capture") == 2)
    assert supervisor.pids()["proof"] == before["proof"]
    assert "capture ended (exit -9); starting it again" in (tmp_path / "log").read_text()


async def test_a_killed_part_stays_down_while_it_is_held(
    supervisor: Supervisor, part: Callable[..., Part], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("laptop.supervisor.BACK_OFF_SECONDS", (0.01,))
    await supervisor.start(part("kafka"), part("proof"))
    (tmp_path / "hold").mkdir()
    (tmp_path / "hold" / "kafka").touch()
    for name, pid in supervisor.pids().items():
        signal_to(pid, signal.SIGKILL)
        await until(partial(said, tmp_path / "log", f"{name} ended"))
    await until(lambda: lines(tmp_path / "starts").count("proof") == 2)
    assert lines(tmp_path / "starts").count("kafka") == 1
    (tmp_path / "hold" / "kafka").unlink()
    await until(lambda: lines(tmp_path / "starts").count("kafka") == 2)


async def test_groups_stop_in_reverse_and_the_stubborn_is_killed(
    supervisor: Supervisor, part: Callable[..., Part], tmp_path: Path, is_alive: Callable[[int], bool]
) -> None:
    await supervisor.start(part("postgres"))
    await supervisor.start(part("capture"), part("hard", "stubborn"))
    await supervisor.start(part("caddy"))
    pids = supervisor.pids()
    await supervisor.stop()
    assert lines(tmp_path / "ends") == ["caddy", "capture", "postgres"]
    assert not any(map(is_alive, pids.values()))
    assert "hard did not stop in 0.3 s and is killed" in (tmp_path / "log").read_text()


async def test_a_job_that_fails_stops_the_start_with_its_last_words(supervisor: Supervisor) -> None:
    argv = [sys.executable, "-S", "-c", "import sys; sys.exit('no such column')"]
    with pytest.raises(LaptopError, match=r"capture migrate failed \(exit 1\): no such column"):
        await supervisor.job(program=Program(name="capture migrate", argv=argv, environment=environment()))


async def test_a_long_line_and_one_without_an_end_are_shown(supervisor: Supervisor, tmp_path: Path) -> None:
    argv = [sys.executable, "-S", "-c", "print('x' * 100_000); print('the end', end='')"]
    await supervisor.job(program=Program(name="talker", argv=argv, environment=environment()))
    await until(lambda: "the end" in (tmp_path / "log").read_text())
    assert (tmp_path / "log").read_text().count("x") == 100_000


def signal_to(pid: int, number: int) -> None:
    __import__("os").kill(pid, number)
