"""What a child is told on its way through the shim."""

import os
import subprocess
import sys

import pytest

from laptop.process import Program, launch


@pytest.mark.parametrize("niceness", [0, 5])
def test_a_program_stands_back_as_far_as_it_is_told(niceness: int) -> None:
    tells = [sys.executable, "-c", "import os; print(os.nice(0))"]
    program = Program(name="tells", argv=tells, environment={}, niceness=niceness)
    process = launch(program=program, output=subprocess.PIPE)
    told, _ = process.communicate(timeout=20)
    assert int(told) == min(19, os.nice(0) + niceness)
