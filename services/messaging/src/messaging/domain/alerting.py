"""Who of the office is told when that something needs a person, and who is next. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

Way = Literal["text", "email"]
Kind = Literal["urgent", "thread", "draft", "trouble"]

GATHER: Final = timedelta(minutes=1)
"""What is not urgent waits so long for what else may come, and is told together."""
SPACING: Final = timedelta(minutes=2)
"""So long nobody is told again, unless it is urgent."""
FORGET_AFTER: Final = timedelta(hours=24)
"""Told to everybody and still unanswered: from then on it only stands in the inbox."""

LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member, by id, who can be reached by `ways` and wants to hear `about` these kinds; `off_hours` is while the shop is closed."""

    member_id: str
    ways: tuple[Way, ...]
    about: frozenset[str]
    off_hours: Literal["urgent", "all", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Something that needs a person since `since`. `told` says who heard of it when, `assigned_to` whose thread it is."""

    kind: Kind
    since: datetime
    told: Mapping[str, datetime]
    assigned_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The office at this moment: `opens_at` is the next opening while it is closed, None for one that never opens again;
    `patience` how long one member has before the next one is told.
    """

    is_open: bool
    opens_at: datetime | None
    patience: timedelta


@dataclass(frozen=True, slots=True)
class Tell:
    """These members, now."""

    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """Look again then. `gathers`: only to tell it together with what else may come."""

    until: datetime
    gathers: bool = False


@dataclass(frozen=True, slots=True)
class Nobody:
    """There is nobody (any more) to be told; `words` say why."""

    words: str


def whom(
    need: Need, people: Sequence[Person], *, desk: Desk, last_told: Mapping[str, datetime], now: datetime
) -> Tell | Wait | Nobody:
    """One member at a time, whose thread it is first, the next one after `patience`; of trouble everybody at once.

    While the shop is closed only what each member lets through, the rest at opening. `last_told` says when each heard of
    anything.
    """
    wanted = sorted(
        (each for each in people if need.kind in each.about), key=lambda each: each.member_id != need.assigned_to
    )
    if not wanted:
        return Nobody("nobody chose to be told")
    waiting = [each for each in wanted if each.member_id not in need.told]
    if need.told:
        patient_until = max(need.told.values()) + desk.patience
        if not waiting or need.kind == "trouble":
            return (
                Nobody("everybody was told")
                if now - need.since >= FORGET_AFTER
                else Wait(max(patient_until, now + desk.patience))
            )
        if now < patient_until:
            return Wait(patient_until)
    return _first(need, waiting, desk=desk, last_told=last_told, now=now)


def _first(
    need: Need, waiting: Sequence[Person], *, desk: Desk, last_told: Mapping[str, datetime], now: datetime
) -> Tell | Wait | Nobody:
    able = [each for each in waiting if _may_hear(each, need, desk)]
    if not able:
        return (
            Wait(desk.opens_at)
            if desk.opens_at is not None
            else Nobody("nobody wants to hear while the shop is closed")
        )
    chosen = able if need.kind == "trouble" else able[:1]
    if need.kind != "urgent":
        gathered_at = max(need.since + GATHER, *(_rested(each, last_told) for each in chosen))
        if now < gathered_at:
            return Wait(gathered_at, gathers=now < need.since + GATHER)
    return Tell(tuple(each.member_id for each in chosen))


def _may_hear(person: Person, need: Need, desk: Desk) -> bool:
    return desk.is_open or person.off_hours == "all" or (person.off_hours == "urgent" and need.kind == "urgent")


def _rested(person: Person, last_told: Mapping[str, datetime]) -> datetime:
    """When this member may be told of something that is not urgent."""
    last = last_told.get(person.member_id)
    return last + SPACING if last is not None else LONG_AGO
