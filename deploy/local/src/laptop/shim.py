"""Runs as the child, between fork and the real program: ties its life to the launcher's and leaves root behind.

Called by path with the standard library alone (see `laptop.process`), since code between fork and exec in a process
that may have threads is not safe in Python; a fresh interpreter is.
"""

import argparse
import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
NAMESPACE_REFUSED = 97


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _enter_namespace(identity: int) -> None:
    """Root outside stays root outside, for every file it owns, but is an ordinary user inside: no chown is needed."""
    uid, gid = os.getuid(), os.getgid()
    if _libc().unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{identity} {uid} 1"),
        ("gid_map", f"{identity} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 -- starts in a third of the time without pathlib
            file.write(text)


def _die_with(parent: int, number: int) -> None:
    """Comes after the change of identity: a change of credentials forgets the signal."""
    if not sys.platform.startswith("linux"):
        return
    _libc().prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:  # the launcher died before we asked
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--death-signal", type=int, required=True)
    parser.add_argument("--namespace", type=int)
    parser.add_argument("--identity", type=int)
    parser.add_argument("--niceness", type=int, default=0)
    parser.add_argument("argv", nargs="+")
    options = parser.parse_args()
    if options.namespace is not None:
        try:
            _enter_namespace(options.namespace)
        except OSError:
            sys.exit(NAMESPACE_REFUSED)
    elif options.identity is not None:
        os.setgroups([])
        os.setgid(options.identity)
        os.setuid(options.identity)
    os.umask(0o077)
    os.nice(options.niceness)
    if options.death_signal:
        _die_with(options.parent, options.death_signal)
    os.execv(options.argv[0], options.argv)  # noqa: S606 -- no shell is wanted


if __name__ == "__main__":
    main()
