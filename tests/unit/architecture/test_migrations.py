"""Each service's migrations are one line: the number of a file is its revision, and follows the one before."""

import re
from pathlib import Path

import pytest

SERVICES = sorted(Path(__file__).parents[3].glob("services/*/migrations/versions"))


@pytest.mark.parametrize("versions", SERVICES, ids=lambda folder: folder.parents[1].name)
def test_no_two_migrations_follow_the_same_one(versions: Path) -> None:
    found = sorted(versions.glob("[0-9]*.py"))
    told = [re.findall(r'^(?:down_)?revision = (?:"(\d+)"|None)$', file.read_text(), re.MULTILINE) for file in found]
    numbers = [f"{number:04}" for number in range(1, len(found) + 1)]
    assert [file.name[:4] for file in found] == numbers
    assert told == [[own, before] for own, before in zip(numbers, ["", *numbers], strict=False)]
