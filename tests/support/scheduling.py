"""Which tests go together to one worker, and in which order: the long ones first, so that the last ones to end are small."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

WHOLE_STACKS = ("tests/browser", "tests/faults", "tests/e2e")
"""All of a folder stands on one stack, which ends with its last test."""
LONGEST_FIRST = (
    "tests/browser", "tests/faults", "tests/component/messaging", "tests/integration/chassis", "tests/e2e", "tests/integration/laptop",
    "tests/integration", "tests/component", "tests",
)  # fmt: skip


class TogetherByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Files are shared out whole, since they share what their fixtures made; so are folders that share a stack."""

    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # xdist would begin with the files of most tests, which are the quickest

    def _split_scope(self, nodeid: str) -> str:
        return next((each for each in WHOLE_STACKS if nodeid.startswith(f"{each}/")), nodeid.partition("::")[0])


def place(nodeid: str) -> int:
    """Where in the order it comes; equals keep theirs."""
    return next((at for at, each in enumerate(LONGEST_FIRST) if nodeid.startswith(f"{each}/")), len(LONGEST_FIRST))
