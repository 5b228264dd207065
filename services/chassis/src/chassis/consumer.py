"""What a service says about the topics that it listens to. `chassis.bus` runs it, `chassis.intake` says how."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.database import Database, Transaction
from contracts.base import Event
from contracts.topics import Topic


class NotYet(Exception):
    """Something this event needs has not arrived: it is parked, and no try is counted."""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """What a service does with one topic. `name` is the inbox's and, with the service's, the group's.

    handle: gets the new events of a batch in order, in one transaction.
    at_once: does the same with the whole batch in one statement, which takes its events in the inbox as well (name:
        `name`). False: `handle` is to do what is not in the inbox yet.
    before: runs ahead of a batch, in transactions of its own, for what must take effect whatever happens later. It may see
        an event again.
    heard: (partition, moment) once all that came up to then has been handled or parked.
    may_wait: nobody waits for its effects, so records are fetched in larger groups, up to a second later: the cores
        are left to those for whom somebody waits.
    wanted: whether an event is taken at all; the others are counted and skipped before anything is written for them.
    needs_organization: an event waits, parked, for the snapshot of its organization that its producer knew.
    """

    topic: Topic
    name: str
    handle: Callable[[Transaction, Sequence[Event]], Awaitable[None]]
    at_once: Callable[[Database, Sequence[Event]], Awaitable[bool]] | None = None
    before: Callable[[Sequence[Event]], Awaitable[None]] | None = None
    heard: Callable[[int, datetime], None] | None = None
    may_wait: bool = False
    wanted: Callable[[Event], bool] | None = None
    needs_organization: bool = True
