"""Each rule about who may import whom bites: a planted violation is found, and named."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest


class Plant(NamedTuple):
    """One line in one new module, and the beginning of the broken rule's name."""

    module: str
    line: str
    rule: str


APART, INSIDE = "Services and deploy stand beside each other", "Inside a service"
PURE, PLAIN = "Rules are pure", "Contracts import msgspec"
FRAMEWORKS, TABLES, TESTING = "Use cases and stores know neither", "Tables belong", "Production code never"
CAPTURE, MESSAGING = "services/capture/src/capture", "services/messaging/src/messaging"
CHASSIS = "services/chassis/src/chassis"

PLANTS = {
    "a service imports another": Plant(f"{CAPTURE}/app/planted.py", "import messaging.app", APART),
    "the chassis imports a service": Plant(f"{CHASSIS}/planted.py", "import capture", APART),
    "contracts import the chassis": Plant("contracts/src/contracts/planted.py", "import chassis.clock", APART),
    "deploy imports a service": Plant("deploy/local/src/laptop/planted.py", "import capture.main", APART),
    "a service imports deploy": Plant(f"{CAPTURE}/gateway/planted.py", "import carrier", APART),
    "a domain imports its app": Plant(f"{CAPTURE}/domain/planted.py", "import capture.app", INSIDE),
    "an app imports its web": Plant(f"{CAPTURE}/app/planted.py", "import capture.web", INSIDE),
    "an app imports its events": Plant(f"{MESSAGING}/app/planted.py", "import messaging.events", INSIDE),
    "a store imports its app": Plant(f"{CAPTURE}/store/planted.py", "import capture.app", INSIDE),
    "a gateway imports its app": Plant(f"{CAPTURE}/gateway/planted.py", "import capture.app", INSIDE),
    "a store imports its gateway": Plant(f"{CAPTURE}/store/planted.py", "import capture.gateway", INSIDE),
    "an app imports main": Plant(f"{CAPTURE}/app/planted.py", "import capture.main", INSIDE),
    "a module has no layer": Plant(f"{CAPTURE}/utils.py", "NOTHING = None", INSIDE),
    "a domain imports a package": Plant(f"{CAPTURE}/domain/planted.py", "import msgspec", PURE),
    "a domain imports the chassis": Plant(f"{CAPTURE}/domain/planted.py", "import chassis.clock", PURE),
    "a domain imports contracts": Plant(f"{CAPTURE}/domain/planted.py", "import contracts.base", PURE),
    "a domain waits": Plant(f"{CAPTURE}/domain/planted.py", "import asyncio", PURE),
    "a domain tells the time": Plant(f"{CAPTURE}/domain/planted.py", "import time", PURE),
    "a domain guesses": Plant(f"{CAPTURE}/domain/planted.py", "import random", PURE),
    "a domain makes ids": Plant(f"{CAPTURE}/domain/planted.py", "from uuid import uuid4", PURE),
    "a domain logs": Plant(f"{CAPTURE}/domain/planted.py", "import logging", PURE),
    "a domain reads the environment": Plant(f"{CAPTURE}/domain/planted.py", "import os", PURE),
    "a domain opens a socket": Plant(f"{CAPTURE}/domain/planted.py", "import socket", PURE),
    "contracts import a package": Plant("contracts/src/contracts/planted.py", "import pydantic", PLAIN),
    "an app imports faststream": Plant(f"{CAPTURE}/app/planted.py", "import faststream", FRAMEWORKS),
    "an app imports litestar": Plant(f"{CAPTURE}/app/planted.py", "import litestar", FRAMEWORKS),
    "a store imports aiokafka": Plant(f"{CAPTURE}/store/planted.py", "import aiokafka", FRAMEWORKS),
    "an app imports tables": Plant(f"{CAPTURE}/app/planted.py", "import capture.store.tables", TABLES),
    "production imports chassis.testing": Plant(f"{CAPTURE}/app/planted.py", "import chassis.testing", TESTING),
}


Lint = Callable[[], subprocess.CompletedProcess[str]]


@pytest.fixture
def plant(tree: Path, request: pytest.FixtureRequest) -> Iterator[Plant]:
    """Planted beside tables in one store, whether or not a real one has any by now."""
    plant: Plant = request.param
    tables = tree / CAPTURE / "store" / "tables.py"
    if not tables.exists():
        tables.write_text("CALLS = None\n")
    module = tree / plant.module
    module.write_text(f"{plant.line}\n")
    yield plant
    module.unlink()


def test_the_tree_keeps_every_rule(lint_imports: Lint) -> None:
    told = lint_imports()
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS.keys(), indirect=True)
def test_it_is_found_and_named(plant: Plant, lint_imports: Lint) -> None:
    told = lint_imports()
    broken = [line for line in told.stdout.splitlines() if line.endswith("BROKEN")]
    assert told.returncode == 1, told.stdout
    assert any(line.startswith(plant.rule) for line in broken), told.stdout
    assert Path(plant.module).stem in told.stdout
