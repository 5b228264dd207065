"""What ruff refuses everywhere but in the one place that is meant for it, and what ruff cannot see."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

ANYWHERE = "services/messaging/src/messaging/app/planted.py"
BANNED = {
    "the time of the machine": "from datetime import UTC, datetime\n\nAT = datetime.now(UTC)\n",
    "the day of the machine": "import datetime as dt\n\nTODAY = dt.date.today()\n",
    "a random id": "import uuid\n\nID = uuid.uuid4()\n",
    "the environment": 'import os\n\nHOME = os.environ["HOME"]\n',
    "the environment by its function": 'from os import getenv\n\nHOME = getenv("HOME")\n',
    "a broker of one's own": "from faststream.kafka import KafkaBroker\n\nBROKER = KafkaBroker()\n",
}
THE_ONE_PLACE = {
    "services/chassis/src/chassis/clock.py",
    "services/chassis/src/chassis/settings.py",
    "services/chassis/src/chassis/broker.py",
    "deploy/local/src/laptop/settings.py",
    "deploy/carrier/src/carrier/settings.py",
}
CALLS_ONLY_IN = {"publish_batch": "services/chassis/src/", "send_batch": "services/chassis/src/"}
"""They ignore keys, so that records of one homeowner would lose their order."""
HOMES = re.compile(r"(?<![\w.])/(?:home|Users)/\w+|(?<![\w.])/root/\w+")

Ruff = Callable[[str, str], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def sources(root: Path) -> Mapping[str, str]:
    """Every Python file of the repository by its path."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    names = (name for name in listed.stdout.split("\0") if name.endswith(".py"))
    return {name: (root / name).read_text() for name in names if (root / name).exists()}


@pytest.mark.parametrize("source", BANNED.values(), ids=BANNED.keys())
def test_it_is_refused(source: str, ruff: Ruff) -> None:
    told = ruff(f'"""Planted."""\n\n{source}', ANYWHERE)
    assert told.returncode == 1
    assert "TID251" in told.stdout


def test_an_ordinary_file_is_not_refused(ruff: Ruff) -> None:
    told = ruff('"""Planted."""\n\nWORDS = ("fine",)\n', ANYWHERE)
    assert told.returncode == 0, told.stdout


def test_only_the_one_place_is_excepted(sources: Mapping[str, str]) -> None:
    excepted = {name for name, source in sources.items() if "noqa: TID251" in source and not name.startswith("tests/")}
    assert excepted == THE_ONE_PLACE


def test_nothing_is_excepted_without_saying_which_rule(sources: Mapping[str, str]) -> None:
    bare = re.compile(r"#\s*(?:noqa|type:\s*ignore)(?!\s*[:\[])")
    assert [name for name, source in sources.items() if bare.search(source) and not name.endswith("test_bans.py")] == []


def test_nobody_sends_batches_that_ignore_keys(sources: Mapping[str, str]) -> None:
    wrong = [
        f"{name} calls {called}"
        for name, source in sources.items()
        for called in _methods_called(source)
        if called in CALLS_ONLY_IN and not name.startswith(CALLS_ONLY_IN[called])
    ]
    assert wrong == []


def test_a_planted_batch_would_be_seen() -> None:
    assert "publish_batch" in set(_methods_called("async def f(broker):\n    await broker.publish_batch(1)\n"))


def test_no_file_names_a_folder_of_somebodys_machine(sources: Mapping[str, str], root: Path) -> None:
    here = str(root)
    assert [name for name, source in sources.items() if HOMES.search(source) or here in source] == []


def test_the_lock_file_names_the_public_registry_only(root: Path) -> None:
    lock = (root / "uv.lock").read_text()
    assert set(re.findall(r'registry = "([^"]*)"', lock)) == {"https://pypi.org/simple"}
    assert set(re.findall(r'url = "(https?://[^/]*)', lock)) == {"https://files.pythonhosted.org"}


def _methods_called(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr
