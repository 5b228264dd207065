"""What the world writes down while it happens: plain values, kept apart from what messaging itself stores."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

Hours = Mapping[str, tuple[tuple[int, int], ...]]
"""By weekday, `mon` to `sun`: spans in minutes since local midnight, the end excluded; a missing day is closed."""


@dataclass(frozen=True, kw_only=True)
class ShopFacts:
    """A shop's settings from `since` on, until the next of the same shop."""

    shop: UUID
    since: datetime
    name: str
    zone: str
    state: str
    mode: str
    hours: Hours
    lines: tuple[str, ...]
    closures: tuple[tuple[date, date], ...] = ()
    after_hours: str = "template"
    at_night: str = "hold"
    window_hours: int = 24
    useful_minutes: int = 120
    billing: str = "unmetered"
    past_due_since: datetime | None = None
    grace_days: int = 7
    keywords: str = "provider"


@dataclass(frozen=True, kw_only=True)
class Rang:
    """A call that nobody took. `at` is when it ended, `heard_at` when messaging was told."""

    shop: UUID
    number: str | None
    call_id: UUID
    at: datetime
    heard_at: datetime
    counts: bool = True


@dataclass(frozen=True, kw_only=True)
class Spoke:
    """A call that the shop took: when it ended, when messaging was told."""

    shop: UUID
    number: str | None
    at: datetime
    heard_at: datetime


@dataclass(frozen=True, kw_only=True)
class Said:
    """A homeowner's text. `carrier_word` is what the carrier says that it is."""

    shop: UUID
    number: str
    body: str
    at: datetime
    heard_at: datetime
    carrier_word: str | None = None


@dataclass(frozen=True, kw_only=True)
class Left:
    """One try to hand a text to a carrier, at the moment of trying. `taken`: the carrier has it, whatever it answered."""

    shop: UUID
    line: str
    number: str
    text_id: UUID
    body: str
    at: datetime
    taken: bool
    code: int | None = None
    provider_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reported:
    """What a carrier said later of a text that it took: `state` in its own words, `code` where it could not deliver."""

    shop: UUID
    number: str
    line: str
    text_id: UUID
    state: str
    code: int | None
    heard_at: datetime
    provider_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Switched:
    """Something was switched for a homeowner: `ignored`, `paused`; or, for one lead, `owned`: the office has the thread."""

    shop: UUID
    number: str
    what: Literal["ignored", "paused", "owned"]
    on: bool
    at: datetime
    lead_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What messaging said of a text at one look."""

    text_id: UUID
    at: datetime
    look: int
    outcome: str
    rules: tuple[int, ...]
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A text as messaging stores it in the end. `answers_at` is when the homeowner wrote what it answers."""

    text_id: UUID
    shop: UUID
    number: str | None
    text_class: str
    body: str
    state: str
    created_at: datetime
    answers_at: datetime | None = None
    due_at: datetime | None = None
    call_id: UUID | None = None
    lead_id: UUID | None = None
    approved_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LeadMoved:
    """A lead took a status."""

    lead_id: UUID
    at: datetime
    status: str


@dataclass
class Journal:
    """Everything, each list in the order of its happening. `silences` are spans in which messaging hears nothing, `starts` when its process starts anew."""

    shops: list[ShopFacts] = field(default_factory=list)
    rang: list[Rang] = field(default_factory=list)
    spoke: list[Spoke] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    reported: list[Reported] = field(default_factory=list)
    switched: list[Switched] = field(default_factory=list)
    silences: list[tuple[datetime, datetime]] = field(default_factory=list)
    starts: list[datetime] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    planned: dict[UUID, Planned] = field(default_factory=dict)
    moved: list[LeadMoved] = field(default_factory=list)
    ended_at: datetime | None = None
    stuck: list[str] = field(default_factory=list)
