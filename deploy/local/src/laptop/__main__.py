"""`callsnare up | fetch | reset | health`."""

import argparse
import ctypes
import os
import shutil
import signal
import sys
from pathlib import Path

from laptop import health
from laptop.errors import LaptopError
from laptop.folders import FolderLock
from laptop.jars import ensure_jars
from laptop.java import find_java
from laptop.settings import environment, jar_cache
from laptop.shim import PR_SET_PDEATHSIG
from laptop.up import up, wishes


def main() -> None:
    options = _parser().parse_args()
    try:
        code = _run(options)
    except LaptopError as error:
        print(f"callsnare: {error}", file=sys.stderr)  # noqa: T201
        code = 1
    sys.stdout.flush()
    os._exit(code)  # a download in a thread would hold a plain exit back until it is through


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="callsnare", description="The laptop stack.")
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("up", help="start everything and keep it running; Ctrl-C stops it")
    start.add_argument("--with-parent", action="store_true", help="stop when the process that started this one ends")
    start.add_argument("--commands", type=Path, help=argparse.SUPPRESS)  # tests put stand-ins for the services there
    commands.add_parser("fetch", help="download what the stack needs and stop")
    commands.add_parser("reset", help="throw the data folder away")
    page = commands.add_parser("health", help="serve the front door's health page")
    page.add_argument("listen", help="host:port")
    page.add_argument("instance", help="a word that its answers carry")
    page.add_argument("services", nargs="+", help="name=address")
    return parser


def _run(options: argparse.Namespace) -> int:
    if options.command == "health":
        health.main(arguments=[options.listen, options.instance, *options.services])
        return 0
    if options.command == "fetch":
        return _fetch()
    wanted = wishes(given=environment(), root=Path.cwd(), commands=getattr(options, "commands", None))
    if options.command == "reset":
        return _reset(wanted.data)
    if options.with_parent and sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    return up(wanted=wanted)


def _fetch() -> int:
    given = environment()
    find_java(environment=given)
    ensure_jars(cache=jar_cache(given), say=lambda text: print(text, flush=True))  # noqa: T201
    return 0


def _reset(data: Path) -> int:
    if not data.exists():
        return 0
    lock = FolderLock(data / "lock")
    if not lock.take(seconds=1):
        raise LaptopError(f"the stack on {data} is running; stop it first")
    shutil.rmtree(data)
    print(f"removed {data}")  # noqa: T201
    return 0


if __name__ == "__main__":
    main()
