"""Small files, small functions: split by use case, never into a drawer of helpers."""

import ast
from collections.abc import Iterator
from pathlib import Path

LONGEST_FILE, LONGEST_FUNCTION = 300, 40
LONGEST_MAIN = 60
"""Where a service is put together: a table of contents, which may be read in one piece."""
FOLDERS = ("contracts", "services", "deploy", "tests")
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc"}


def _files(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        yield from (path for path in (root / folder).rglob("*.py") if "__pycache__" not in path.parts)


def _long_functions(source: str, longest: int = LONGEST_FUNCTION) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > longest:
                yield node.name, lines


def test_no_file_is_too_long(root: Path) -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in _files(root)}
    mains = {path for path in lengths if path.name == "main.py"}
    wrong = {path for path, length in lengths.items() if length > (LONGEST_MAIN if path in mains else LONGEST_FILE)}
    assert {str(path.relative_to(root)): lengths[path] for path in wrong} == {}
    assert len(mains) == 5  # one a service


def test_no_function_is_too_long(root: Path) -> None:
    wrong = {
        f"{path.relative_to(root)}: {name}": lines
        for path in _files(root)
        for name, lines in _long_functions(
            path.read_text(), LONGEST_MAIN if path.name == "main.py" else LONGEST_FUNCTION
        )
    }
    assert wrong == {}


def test_a_long_function_would_be_seen() -> None:
    body = "    x = 1\n" * LONGEST_FUNCTION
    assert list(_long_functions(f"async def f() -> None:\n{body}")) == [("f", LONGEST_FUNCTION + 1)]


def test_nothing_is_split_into_a_drawer(root: Path) -> None:
    assert [str(path) for path in _files(root) if path.stem in DRAWERS] == []
