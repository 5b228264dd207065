"""A stack of its own, whose clock tests can move."""

import itertools
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from carrier_client import Shop
from discretion import discreet
from running_stack import RunningStack

_lines = itertools.count(1)
BURST = "20000"
"""Callbacks: one account sends here in a moment what many do, and would meet its own limit first."""


class Clock:
    """Moves the clock of every process."""

    def __init__(self, file: Path) -> None:
        self.file, self._offset = file, 0.0

    @property
    def ahead(self) -> float:
        """By how many seconds the stack's clocks are ahead of this machine's."""
        return self._offset

    def advance(self, seconds: float) -> None:
        self._offset += seconds
        self.file.write_text(str(self._offset))


@pytest.fixture(scope="session")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock") / "offset")


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[RunningStack]:
    settings = {"CALLSNARE_CLOCK": str(clock.file), "CALLSNARE_CAPTURE_VERIFIED_BURST": BURST}
    with discreet(tmp_path_factory.mktemp("stack"), settings) as running:
        yield running


@pytest.fixture
def shop(stack: RunningStack, tmp_path: Path) -> Shop:
    return Shop(stack, f"shop-{secrets.token_hex(4)}", f"+1312557{next(_lines):04d}").open(tmp_path)


@pytest.fixture
def calls_per_run(request: pytest.FixtureRequest) -> int:
    """1,000 under `make faults`, fewer in `make test`."""
    return 1000 if "faults_full or" in str(request.config.getoption("-m")) else 150
