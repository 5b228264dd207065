"""What the terminal shows: one line each, with the part's name in front, in its colour where there are colours."""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

NAME_WIDTH = 10
COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
OURS = "callsnare"
HIDDEN_KEYS = frozenset({"event", "level", "timestamp", "service", "logger", "instance"})


class Console:
    """Also keeps everything in a file, since a terminal forgets."""

    def __init__(self, *, file: Path | None = None, environment: Mapping[str, str] | None = None) -> None:
        values = environment or {}
        self._colours = sys.stdout.isatty() and "NO_COLOR" not in values
        self._palette: dict[str, int] = {}
        self._file: IO[str] | None = None
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            if file.exists():
                file.replace(file.with_name(f"{file.name}.before"))
            file.touch(mode=0o600)  # the demo's password stands in it
            self._file = file.open("a", errors="replace")

    def say(self, text: str) -> None:
        """The launcher's own progress."""
        self._print(self._prefix(OURS), text)

    def line(self, *, name: str, text: str) -> None:
        """A line of a part's log."""
        self._print(self._prefix(name.split(maxsplit=1)[0]), _readable(text))

    def plain(self, text: str) -> None:
        """What people and scripts look for: no prefix."""
        self._print("", text)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _prefix(self, name: str) -> str:
        padded = f"{name:<{NAME_WIDTH}}"
        if not self._colours:
            return f"{padded} | "
        colour = self._palette.setdefault(name, COLOURS[len(self._palette) % len(COLOURS)])
        return f"\x1b[{colour}m{padded} |\x1b[0m "

    def _print(self, prefix: str, text: str) -> None:
        with suppress(BrokenPipeError, ValueError):  # whoever read us has gone; the stack goes on
            print(f"{prefix}{text}", flush=True)  # noqa: T201 -- this is the terminal
        if self._file is not None:
            self._file.write(f"{prefix}{text}\n")
            self._file.flush()


def _readable(text: str) -> str:
    """A JSON log line as a person reads it; anything else as it is."""
    if not text.startswith("{"):
        return text
    try:
        fields: dict[str, Any] = json.loads(text)
    except ValueError:
        return text
    if "event" not in fields:
        return text
    details = " ".join(f"{key}={value}" for key, value in fields.items() if key not in HIDDEN_KEYS)
    return f"{fields.get('level', 'info')}: {fields['event']} {details}".rstrip()
