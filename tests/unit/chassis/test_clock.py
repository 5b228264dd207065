"""The clock, and the file that moves all processes of a test at once."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.clock import system_clock
from chassis.testing import FixedClock


def _apart(clock_file: Path) -> float:
    real = datetime.now(UTC)  # noqa: TID251 -- what the clock is compared with
    return (system_clock(clock_file).now() - real).total_seconds()


def test_a_file_that_is_not_there_shifts_nothing(tmp_path: Path) -> None:
    assert abs(_apart(tmp_path / "none")) < 1


@pytest.mark.parametrize("written", ["", "what?", "\n"])
def test_a_file_without_a_number_shifts_nothing(tmp_path: Path, written: str) -> None:
    (tmp_path / "clock").write_text(written)
    assert abs(_apart(tmp_path / "clock")) < 1


def test_the_clock_follows_its_file(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = system_clock(file)
    start = clock.now()
    assert start.tzinfo is UTC
    for number, (written, seconds) in enumerate((("3600", 3600.0), ("-60.5", -60.5), ("86400", 86400.0))):
        file.write_text(written)
        os.utime(file, ns=(0, number + 1))  # two writes within one tick of the file system's clock are two all the same
        assert abs((clock.now() - start).total_seconds() - seconds) < 5
    file.write_text("half-writ")
    os.utime(file, ns=(0, 99))
    assert abs((clock.now() - start).total_seconds() - 86400) < 5
    file.unlink()
    assert abs((clock.now() - start).total_seconds()) < 5


def test_without_a_file_it_is_the_machines() -> None:
    assert abs(system_clock(None).now() - datetime.now(UTC)) < timedelta(seconds=1)  # noqa: TID251 -- as above


def test_a_fixed_clock_stands_still_until_told() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.advance(hours=1, seconds=1)
    assert clock.now() == datetime(2026, 1, 1, 1, 0, 1, tzinfo=UTC)
