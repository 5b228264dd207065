"""Days off in the states that allow no text on them, from the `holidays` package: federal ones and the state's own."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final

import holidays

from messaging.domain.quiet_hours import Holidays, Place
from messaging.domain.state_hours import STATES

YEARS: Final = range(2025, 2061)
"""The package knows the rules of its day; a state that adds one is known with its next release."""


def days_off(places: Sequence[Place]) -> Holidays:
    """Of all the places together; empty where no state among them asks for it."""
    return _days_off(frozenset(place.state for place in places if place.state in STATES))


@lru_cache(maxsize=256)
def _days_off(states: frozenset[str]) -> Holidays:
    return frozenset((state, day) for state in states if not STATES[state].on_holidays for day in _of_state(state))


@lru_cache(maxsize=64)
def _of_state(state: str) -> frozenset[date]:
    """With the weekdays on which those of a weekend are kept."""
    return frozenset(holidays.country_holidays("US", subdiv=state, years=YEARS))
