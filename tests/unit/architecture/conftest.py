"""A copy of the source tree into which a test plants a violation, and the linters that look at it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = (
    "contracts/src",
    *(f"services/{name}/src" for name in ("chassis", "capture", "messaging", "booking", "reminders", "proof")),
)
DEPLOY = ("deploy/local/src", "deploy/carrier/src")
Told = subprocess.CompletedProcess[str]
RULES = ("pyproject.toml", "tests/unit/architecture/only_standard_library.py")


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python files only, and the rules."""
    folder = tmp_path_factory.mktemp("tree")
    for source in (*SOURCES, *DEPLOY):
        shutil.copytree(ROOT / source, folder / source, ignore=_not_python)
    for rule in RULES:
        (folder / rule).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / rule, folder / rule)
    return folder


@pytest.fixture(scope="module")
def lint_imports(tree: Path) -> Callable[[], Told]:
    """Checks the contracts of the copy over the packages of the copy."""
    path = os.pathsep.join(str(tree / source) for source in (*SOURCES, *DEPLOY))
    return lambda: _run([_tool("lint-imports"), "--no-logo", "--no-cache"], tree, PYTHONPATH=path, COLUMNS="400")


@pytest.fixture(scope="session")
def ruff() -> Callable[[str, str], Told]:
    """`ruff(source, path)`: its opinion of a text as if it stood in that file."""
    check = [_tool("ruff"), "check", "--output-format=concise", "--stdin-filename"]
    return lambda source, path: _run([*check, path, "-"], ROOT, given=source)


def _run(command: list[str], folder: Path, *, given: str | None = None, **more: str) -> Told:
    environment = {**os.environ, **more}  # noqa: TID251 -- the linters run as whoever runs the tests
    return subprocess.run(
        command, cwd=folder, env=environment, input=given, capture_output=True, text=True, timeout=120, check=False
    )


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _not_python(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not name.endswith((".py", ".typed")) and not Path(folder, name).is_dir()]
