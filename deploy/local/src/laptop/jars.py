"""Apache Kafka's jars by our own lock: fetched once per machine, checked, moved into place whole."""

import hashlib
import logging
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from laptop.engine import Say
from laptop.errors import LaptopError
from laptop.folders import FolderLock, require_space

THREADS = 6
LOCK_FILE = "kafka-jars.lock"
DOWNLOAD_SECONDS = 600.0

Fetch = Callable[["Jar", Path], Path]  # into this folder; returns the file


@dataclass(frozen=True, kw_only=True)
class Jar:
    group: str
    artifact: str
    version: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        """With the group: two groups may share an artifact's name."""
        return f"{self.group}.{self.artifact}-{self.version}.jar"


def locked_jars() -> tuple[Jar, ...]:
    lines = resources.files("laptop").joinpath(LOCK_FILE).read_text().splitlines()
    return tuple(_parse(line) for line in lines if line.strip())


def _parse(line: str) -> Jar:
    coordinates, sha256, size = line.split()
    group, artifact, version = coordinates.split(":")
    return Jar(group=group, artifact=artifact, version=version, sha256=sha256, size=int(size))


def fetch_with_jgo(jar: Jar, folder: Path) -> Path:
    """Use jgo as the downloader only: one artifact each, never its resolver, which treats several as BOMs."""
    from jgo.maven import MavenContext  # noqa: PLC0415 -- costs a third of a second and is needed once per machine

    logging.getLogger("jgo").setLevel(logging.ERROR)
    component = MavenContext(repo_cache=folder, timeout=30).project(jar.group, jar.artifact).at_version(jar.version)
    return Path(component.artifact(packaging="jar").resolve())


def ensure_jars(
    *, cache: Path, say: Say, fetch: Fetch = fetch_with_jgo, jars: Sequence[Jar] | None = None
) -> list[Path]:
    """All jars of the lock, in `cache`. Sizes are checked every time, hashes when a jar arrives: a truncated jar is
    fetched again. Clones of the repository share the folder, hence the lock.
    """
    wanted = locked_jars() if jars is None else jars
    paths = [cache / jar.file_name for jar in wanted]
    if not _missing(cache, wanted):
        return paths
    lock = FolderLock(cache / "lock")
    if not lock.take(seconds=DOWNLOAD_SECONDS):
        raise LaptopError(
            f"another start has been downloading Kafka into {cache} for ten minutes; end it and try again"
        )
    try:
        missing = _missing(cache, wanted)
        if missing:
            for left in cache.glob("staging-*"):  # by a start that was killed
                shutil.rmtree(left, ignore_errors=True)
            require_space(folder=cache, mebibytes=200)
            _download(cache=cache, jars=missing, fetch=fetch, say=say)
    finally:
        lock.release()
    return paths


def _missing(cache: Path, jars: Sequence[Jar]) -> list[Jar]:
    return [jar for jar in jars if _size(cache / jar.file_name) != jar.size]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def _download(*, cache: Path, jars: Sequence[Jar], fetch: Fetch, say: Say) -> None:
    total = sum(jar.size for jar in jars)
    say(f"downloading Kafka: {len(jars)} files, {total / 1e6:.0f} MB, once for this machine")
    staging = Path(tempfile.mkdtemp(prefix="staging-", dir=cache))
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            done = 0
            for size in pool.map(lambda jar: _land(cache=cache, staging=staging, jar=jar, fetch=fetch), jars):
                before, done = done, done + size
                if done * 4 // total > before * 4 // total and done < total:
                    say(f"downloading Kafka: {done / 1e6:.0f} of {total / 1e6:.0f} MB")
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    say("downloading Kafka: done")


def _land(*, cache: Path, staging: Path, jar: Jar, fetch: Fetch) -> int:
    try:
        path = fetch(jar, staging)
    except (OSError, RuntimeError) as error:  # requests' own errors are OSErrors
        raise LaptopError(
            f"cannot download {jar.file_name} ({_reason(error)}); or set CALLSNARE_KAFKA to a Kafka of yours"
        ) from error
    if hashlib.sha256(path.read_bytes()).hexdigest() != jar.sha256:
        raise LaptopError(f"{jar.file_name} arrived with a wrong SHA-256 and was thrown away; try again")
    path.replace(cache / jar.file_name)
    return jar.size


def _reason(error: OSError | RuntimeError) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):  # OpenSSL's own word; behind a company's proxy mostly
        return "its certificate is not trusted; name the file of those you trust in REQUESTS_CA_BUNDLE"
    return "no network?" if isinstance(error, OSError) else "the registry does not have it"
