"""Ports that stay: below the range that outgoing connections borrow from, remembered between starts."""

import errno
import random
import socket
from pathlib import Path

from laptop.errors import LaptopError
from laptop.folders import read_json, write_json

LOOPBACK, LOOPBACK_6 = "127.0.0.1", "::1"
FIRST = 20000
TRIES = 200


def is_free(port: int) -> bool:
    return _refusal(port, socket.AF_INET, LOOPBACK) is None


def loopback_addresses() -> list[str]:
    """`localhost` may mean either; a machine without IPv6 has only the first."""
    return [LOOPBACK] if _refusal(0, socket.AF_INET6, LOOPBACK_6) else [LOOPBACK, LOOPBACK_6]


def require_front(*, port: int) -> None:
    """The one port that people know cannot be replaced silently."""
    refusals = [_refusal(port, socket.AF_INET, LOOPBACK)]
    if LOOPBACK_6 in loopback_addresses():
        refusals.append(_refusal(port, socket.AF_INET6, LOOPBACK_6))
    if errno.EACCES in refusals:
        raise LaptopError(f"port {port} is for root alone; choose one above 1023: CALLSNARE_PORT=8080 make up")
    if any(refusals):
        other = f"CALLSNARE_PORT={port + 1} make up"
        raise LaptopError(f"port {port} is taken by another program: stop it, or choose another port: {other}")


def _refusal(port: int, family: socket.AddressFamily, address: str) -> int | None:
    """The system's error number, or None."""
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as error:
        return error.errno or errno.EADDRINUSE
    return None


def answers(port: int) -> bool:
    """Somebody listens there: anybody, so this is only ever the first half of a readiness check."""
    try:
        socket.create_connection((LOOPBACK, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def kept(*, path: Path, names: tuple[str, ...]) -> dict[str, int]:
    """One free port per name. A port taken by somebody else meanwhile is replaced."""
    known = read_json(path=path)
    ports: dict[str, int] = {}
    for name in names:
        old = known.get(name) if isinstance(known, dict) else None
        usable = isinstance(old, int) and old not in ports.values() and is_free(old)
        ports[name] = old if usable and isinstance(old, int) else _fresh(taken=set(ports.values()))
    if ports != known:
        write_json(path=path, value=ports)
    return ports


def _fresh(*, taken: set[int]) -> int:
    last = _ephemeral_start() - 1
    for _ in range(TRIES):
        port = random.randint(FIRST, last)  # noqa: S311 -- no secret
        if port not in taken and is_free(port):
            return port
    raise LaptopError(f"no free port found between {FIRST} and {last}: is something using them all?")


def _ephemeral_start() -> int:
    try:
        start = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 32768
    return start if start > FIRST + 1000 else 32768
