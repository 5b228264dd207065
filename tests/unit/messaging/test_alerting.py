"""Who of the office is told when: cases as in a table."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from messaging.domain.alerting import FORGET_AFTER, GATHER, SPACING, Desk, Need, Nobody, Person, Tell, Wait, whom

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OPENS = NOW + timedelta(hours=14)
OPEN = Desk(is_open=True, opens_at=NOW, patience=10 * MINUTE)
CLOSED = Desk(is_open=False, opens_at=OPENS, patience=10 * MINUTE)
FOR_GOOD = Desk(is_open=False, opens_at=None, patience=10 * MINUTE)
ALL = frozenset({"urgent", "thread", "draft", "trouble"})


def person(name: str, *, about: frozenset[str] = ALL, off_hours: Any = "urgent") -> Person:
    return Person(member_id=name, ways=("text",), about=about, off_hours=off_hours)


def need(kind: Any = "thread", *, minutes_ago: float = 5, assigned_to: str | None = None, **told: float) -> Need:
    """`told`: how many minutes ago each heard of it."""
    heard = {name: NOW - minutes * MINUTE for name, minutes in told.items()}
    return Need(kind=kind, since=NOW - minutes_ago * MINUTE, told=heard, assigned_to=assigned_to)


def asked(need: Need, *people: Person, desk: Desk = OPEN, **last_told: float) -> Any:
    last = {name: NOW - minutes * MINUTE for name, minutes in last_told.items()}
    return whom(need, people, desk=desk, last_told=last, now=NOW)


PAT, JESS, SAM = person("pat"), person("jess"), person("sam")


@pytest.mark.parametrize(
    ("verdict", "wanted"),
    [
        # nobody
        (asked(need()), Nobody("nobody chose to be told")),
        (asked(need("draft"), person("pat", about=frozenset({"urgent"}))), Nobody("nobody chose to be told")),
        # one after the other
        (asked(need(), PAT, JESS), Tell(("pat",))),
        (asked(need(assigned_to="jess"), PAT, JESS), Tell(("jess",))),
        (asked(need(assigned_to="somebody who chose nothing"), PAT, JESS), Tell(("pat",))),
        (asked(need(pat=9), PAT, JESS), Wait(NOW + MINUTE)),
        (asked(need(pat=10), PAT, JESS), Tell(("jess",))),
        (asked(need(pat=25, jess=10), PAT, JESS, SAM), Tell(("sam",))),
        (asked(need(pat=20, jess=10), PAT, JESS), Wait(NOW + 10 * MINUTE)),
        (asked(need(minutes_ago=24 * 60, pat=20, jess=10), PAT, JESS), Nobody("everybody was told")),
        (asked(need(minutes_ago=24 * 60 - 1, pat=20, jess=10), PAT, JESS), Wait(NOW + 10 * MINUTE)),
        (asked(need(gone=12), PAT), Tell(("pat",))),
        # gathered and spaced, unless it is urgent
        (asked(need(minutes_ago=0.5), PAT), Wait(NOW + GATHER / 2, gathers=True)),
        (asked(need(minutes_ago=1), PAT), Tell(("pat",))),
        (asked(need(), PAT, pat=1), Wait(NOW + SPACING / 2)),
        (asked(need(), PAT, pat=2), Tell(("pat",))),
        (asked(need("urgent", minutes_ago=0), PAT, pat=0.1), Tell(("pat",))),
        # while the shop is closed
        (asked(need(), PAT, desk=CLOSED), Wait(OPENS)),
        (asked(need("urgent", minutes_ago=0), PAT, desk=CLOSED), Tell(("pat",))),
        (asked(need("urgent"), person("pat", off_hours="nothing"), JESS, desk=CLOSED), Tell(("jess",))),
        (asked(need("urgent"), person("pat", off_hours="nothing"), desk=CLOSED), Wait(OPENS)),
        (asked(need(), PAT, person("jess", off_hours="all"), desk=CLOSED), Tell(("jess",))),
        (asked(need("urgent", pat=10), PAT, JESS, desk=CLOSED), Tell(("jess",))),
        (asked(need(), PAT, desk=FOR_GOOD), Nobody("nobody wants to hear while the shop is closed")),
        # a line or a template that was stopped concerns all who asked for it, once
        (asked(need("trouble"), PAT, JESS), Tell(("pat", "jess"))),
        (asked(need("trouble", pat=30, jess=30), PAT, JESS, SAM), Wait(NOW + 10 * MINUTE)),
    ],
)  # fmt: skip
def test_who_is_told_when(verdict: Any, wanted: Any) -> None:
    assert verdict == wanted


def test_a_need_is_forgotten_after_a_day_and_not_before() -> None:
    assert timedelta(days=1) == FORGET_AFTER
