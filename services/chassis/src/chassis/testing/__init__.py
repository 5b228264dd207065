"""For tests alone: a clock that stands still, waiting for facts, databases of one's own, people who are signed in."""

from chassis.testing.clock import FixedClock
from chassis.testing.databases import TestDatabases, settings_for
from chassis.testing.sessions import a_person, signed_in
from chassis.testing.waiting import eventually

__all__ = ["FixedClock", "TestDatabases", "a_person", "eventually", "settings_for", "signed_in"]
