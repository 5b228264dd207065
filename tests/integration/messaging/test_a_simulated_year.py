"""A simulated span of several shops and all their homeowners; afterwards somebody who never saw `decide` looks at every text."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from year.history import History
from year.look import tally, violations
from year.look_state import Violation
from year.read import read_back
from year.world import World

from contracts.topics import INBOUND
from messaging.app.heard import Heard
from messaging.domain import decide
from messaging.domain.verdicts import found

BEFORE_THE_CLOCKS_CHANGE = datetime(
    2027, 11, 5, 15, 0, tzinfo=UTC
)  # Sunday ends daylight saving, Thursday is Veterans Day
YEAR_BEGINS = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
RESULT = Path(__file__).parents[3] / "artifacts" / "soak.json"
SHOWN = 40
BREAKS: dict[int, set[str]] = {
    1: {"number that cannot be texted", "text to the shop's own line", "line that is not the shop's"},
    2: {"text after an opt-out"},
    3: {"text to an ignored number"},
    4: {"text without a plan", "text after the grace period"},
    5: {"text in preview", "text without approval"},
    6: {"text while automation is paused", "text in the office's thread", "text in an ended lead"},
    7: {"two first replies in a window", "over the cap", "second follow-up"},
    8: {
        "text too late to be of use",
        "follow-up after a reply",
        "follow-up on the heels of a first reply",
        "sorry for a missed call to one they spoke with",
    },
    9: {"text outside business hours"},
    10: {"text in quiet hours"},
    12: {"text after an opt-out on its way", "text while the stream was not heard", "follow-up after a reply"},
}
"""By rule, what happens in a week without it."""
HEARD_RECENTLY = 12
SEEDS = {3: 46, 4: 46, 12: 32}
"""Of weeks in which it matters: an ignored homeowner rings, a plan lapses, texts fall due while nothing is heard."""


async def live_through(
    messaging: Any, *, seed: int, start: datetime, days: float, people: int, pace: float
) -> tuple[dict[str, Any], list[Violation]]:
    """What became of the texts, and what was wrong with them."""
    world = World(messaging, seed=seed, start=start)
    history = History(world, days=days, people=people, pace=pace)
    await history.begin()
    await world.run(history.end)
    journal = await read_back(world)
    counted = {"seed": seed, "days": days, "homeowners": people, **tally(journal)}
    print(json.dumps(counted, indent=2))
    return counted, violations(journal)


def told(wrong: list[Violation]) -> str:
    kinds = Counter(each.kind for each in wrong)
    return "\n".join((str(dict(kinds)), *map(str, wrong[:SHOWN])))


async def test_a_week_with_a_change_of_clocks_and_a_holiday_breaks_no_rule(open_shop: Callable[..., Any]) -> None:
    counted, wrong = await live_through(
        open_shop(), seed=1, start=BEFORE_THE_CLOCKS_CHANGE, days=7, people=200, pace=1.5
    )
    assert wrong == [], told(wrong)
    assert {"first_reply", "follow_up", "compliance"} <= counted["left, by class"].keys()
    assert {"rule 9", "rule 10"} <= counted["held, by rule"].keys()
    assert {f"rule {rule}" for rule in (1, 2, 5, 7, 8)} <= counted["suppressed, by rule"].keys()


@pytest.mark.soak
async def test_a_year_breaks_no_rule(open_shop: Callable[..., Any]) -> None:
    counted, wrong = await live_through(open_shop(), seed=2027, start=YEAR_BEGINS, days=365, people=200, pace=0.5)
    known = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    RESULT.parent.mkdir(exist_ok=True)
    result = {**counted, "violations": len(wrong), "kinds": dict(Counter(each.kind for each in wrong))}
    RESULT.write_text(json.dumps({**known, "a simulated year": result}, indent=2) + "\n")
    assert wrong == [], told(wrong)


@pytest.mark.soak
@pytest.mark.parametrize("rule", BREAKS)
async def test_a_rule_that_looks_away_is_found_out(
    open_shop: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, rule: int
) -> None:
    """The look itself is looked at: without any one rule, such a week is full of what that rule prevents, and of nothing else."""
    monkeypatch.setitem(decide.LOOKS, rule, lambda *_: found(rule, "looks away"))
    if rule == HEARD_RECENTLY:  # what waits to hear is not even claimed before
        monkeypatch.setattr(Heard, "fresh_partitions", lambda _: list(range(INBOUND.partitions)))
    seed = SEEDS.get(rule, 10 + rule)
    _, wrong = await live_through(open_shop(), seed=seed, start=BEFORE_THE_CLOCKS_CHANGE, days=7, people=200, pace=3)
    kinds = Counter(each.kind for each in wrong)
    print(json.dumps(kinds, indent=2))
    assert wrong != []
    assert kinds.keys() <= BREAKS[rule], told(wrong)
