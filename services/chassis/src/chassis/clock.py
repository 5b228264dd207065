"""The one place that asks the machine for the time; everybody else gets it as an argument."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 -- the one place


class ShiftedClock:
    """The machine's clock plus the seconds that a file holds; for tests that move all processes at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_at = -1
        self._offset = timedelta()

    def now(self) -> datetime:
        try:
            changed = self._file.stat().st_mtime_ns
            if changed != self._read_at:
                self._offset = timedelta(seconds=float(self._file.read_text() or 0))
                self._read_at = changed
        except FileNotFoundError:
            self._offset, self._read_at = timedelta(), -1
        except ValueError:
            pass  # it is being written; the next look reads it whole
        return datetime.now(UTC) + self._offset  # noqa: TID251 -- the one place


def system_clock(offset_file: Path | None) -> Clock:
    """The clock of this process; `offset_file` is the setting CALLSNARE_CLOCK."""
    return ShiftedClock(offset_file) if offset_file else SystemClock()
