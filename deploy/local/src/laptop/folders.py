"""Folders of the stack: locks that a killed launcher cannot leave behind, files that are written whole or not."""

import errno
import fcntl
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

from laptop.errors import LaptopError

MEBIBYTE = 1024 * 1024


class FolderLock:
    """A lock on one folder. It belongs to the open file, so an engine that inherits it holds it as well:
    as long as any process of an engine lives, nobody else can start one on its data.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    @property
    def descriptor(self) -> int:
        if self._file is None:
            raise LaptopError(f"{self.path} is not locked")
        return self._file

    def take(self, *, seconds: float = 0.0) -> bool:
        """True when it is ours; waits up to `seconds` for an engine that is still stopping."""
        if self._file is not None:
            return True
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                    os.close(file)
                    raise
            else:
                self._file = file
                return True
            if time.monotonic() >= deadline:
                os.close(file)
                return False
            time.sleep(0.05)

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def write_whole(*, path: Path, text: str, mode: int = 0o600) -> None:
    """Readers see the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    staging = path.with_name(f".{path.name}.{os.getpid()}")
    file = os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        os.write(file, text.encode())
        os.fsync(file)
    finally:
        os.close(file)
    staging.replace(path)


def write_json(*, path: Path, value: Any) -> None:
    write_whole(path=path, text=json.dumps(value, indent=2) + "\n")


def read_json(*, path: Path) -> Any:
    """None when there is none or it is damaged."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None


def require_space(*, folder: Path, mebibytes: int) -> None:
    """Say it before an engine fails in the middle of something."""
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free // MEBIBYTE
    if free < mebibytes:
        raise LaptopError(f"no room on the disk of {folder}: {free} MB are free, {mebibytes} MB are needed")
