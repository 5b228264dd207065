"""What a customer's subscriptions say, from all events that were told of them, in whatever order and however often they came."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

KNOWN: Final = ("trialing", "active", "past_due", "unpaid", "paused", "incomplete", "canceled", "incomplete_expired")
"""Stripe's, the best first: a customer who cancelled and began anew stands as the new subscription does."""
UNKNOWN: Final = "unknown"
RANKS: Final = {"created": 0, "deleted": 2}
"""Within one second, which is all that Stripe tells: first the beginning, last the end."""


class Told(NamedTuple):
    """One event of a subscription. `what` is its last word (created, updated, deleted...), `before` the status that an update changed."""

    event_id: str
    subscription: str
    status: str
    at: datetime
    what: str
    before: str | None = None


class Standing(NamedTuple):
    """`past_due_since`: the moment of the event that made it past due."""

    status: str
    past_due_since: datetime | None = None


def standing(told: Iterable[Told]) -> Standing | None:
    """None while no subscription was told of."""
    subscriptions: dict[str, list[Told]] = {}
    for event in told:
        subscriptions.setdefault(event.subscription, []).append(event)
    found = [_of_one(events) for events in subscriptions.values()]
    return min(found, key=_worth) if found else None


def _worth(one: Standing) -> tuple[int, float]:
    place = KNOWN.index(one.status) if one.status in KNOWN else len(KNOWN)
    return place, -one.past_due_since.timestamp() if one.past_due_since else 0.0


def _of_one(events: Sequence[Told]) -> Standing:
    story = _in_order(events)
    status = story[-1].status
    if status not in KNOWN:
        return Standing(UNKNOWN)
    since: datetime | None = None
    for event in reversed(story):
        if event.status != "past_due":
            break
        since = event.at
    return Standing(status, since)


def _in_order(events: Sequence[Told]) -> list[Told]:
    """Oldest first. What happened in one second follows from which status each update says that it changed."""
    waiting = sorted(set(events), key=lambda each: (each.at, RANKS.get(each.what, 1), each.event_id))
    story: list[Told] = []
    while waiting:
        first = waiting[0]
        tied = [each for each in waiting if (each.at, RANKS.get(each.what, 1)) == (first.at, RANKS.get(first.what, 1))]
        present = story[-1].status if story else None
        story.append(_next(tied, present))
        waiting.remove(story[-1])
    return story


def _next(tied: Sequence[Told], present: str | None) -> Told:
    """Of events of one second: one that changed what was, else one whose beginning no other of them made."""
    follows = [each for each in tied if each.before == present and present is not None]
    if follows:
        return follows[0]
    made = {each.status for each in tied}
    begins = [each for each in tied if each.before is not None and each.before not in made]
    unchanged = [each for each in tied if each.before is None]
    return (begins or unchanged or tied)[0]
