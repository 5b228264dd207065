"""What a process has to say rests while it works off a backlog, and never for long."""

import pytest

from chassis import rush
from chassis.rush import LONGEST_SECONDS, RUSH_SECONDS, Rush


class Watch:
    """A monotonic clock by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def monotonic(self) -> float:
        return self.at

    def pass_by(self, seconds: float) -> None:
        self.at += seconds

    def time(self) -> float:
        return self.at


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    made = Watch()
    monkeypatch.setattr(rush, "time", made)
    return made


def test_a_large_batch_begins_a_rush_and_the_last_one_ends_it_a_moment_later(watch: Watch) -> None:
    found, seen = Rush(), []
    for action in (lambda: None, found.note, lambda: watch.pass_by(RUSH_SECONDS)):
        action()
        seen.append(found.on)
    assert seen == [False, True, False]


def test_a_rush_without_end_leaves_as_much_time_to_what_rested(watch: Watch) -> None:
    found, on = Rush(), 0
    rounds = int(8 * LONGEST_SECONDS / 0.1)
    for _ in range(rounds):
        found.note()
        on += found.on
        watch.at += 0.1
    assert 0.4 < on / rounds < 0.6


def test_one_backlog_after_another_each_has_its_rush(watch: Watch) -> None:
    found = Rush()
    for _ in range(20):
        found.note()
        assert found.on
        watch.at += RUSH_SECONDS + 0.1
