"""The launcher's own settings, read once. Those of a service are `chassis.settings`; the launcher only hands them on."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def environment() -> dict[str, str]:
    """A copy of what this process was started with; children get their part of it."""
    return dict(os.environ)  # noqa: TID251 -- the one place in the launcher; engines and services inherit from it


def jar_cache(given: Mapping[str, str] | None = None) -> Path:
    """Kafka's jars, shared by every clone on this machine. CALLSNARE_CACHE names another place."""
    values = environment() if given is None else given
    if chosen := values.get("CALLSNARE_CACHE"):
        return Path(chosen).absolute() / "kafka"
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(values.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "callsnare" / "kafka"
