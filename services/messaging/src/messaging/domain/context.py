"""What `decide` looks at: plain values, gathered by the caller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from messaging.domain.hours import Closure, Spans
from messaging.domain.matrix import HOLDS_OUTSIDE_HOURS, TextClass
from messaging.domain.quiet_hours import Holidays, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A text that wants to leave.

    `body_after_hours` is its wording while the shop is closed, `answers_at` when the homeowner wrote what it answers,
    `allowed_since` the first moment that both the shop's hours and quiet hours allowed it, `moment_passes_at` when it is
    of no use any more, `rang_at` when the call that a first reply or follow-up answers ended, `visit_version` the version of the visit
    that it tells of, `wished_at` when a reminder should arrive (it may come earlier, never later), `follows_after` how long the first reply has to have
    been out before a follow-up, `approved` whether the office said yes to this draft, `photos` how many go with it.
    """

    text_class: TextClass
    body: str
    body_after_hours: str | None = None
    from_number: str | None = None
    planned_in_status: str | None = None
    answers_at: datetime | None = None
    allowed_since: datetime | None = None
    moment_passes_at: datetime | None = None
    rang_at: datetime | None = None
    visit_version: int | None = None
    wished_at: datetime | None = None
    follows_after: timedelta | None = None
    approved: bool = False
    template: str | None = None
    photos: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The organization as its snapshot says. `held_while_closed` are the classes that wait until it opens, besides the first
    reply, which has `after_hours`. `own_numbers` are its tracked numbers; until `trial_until` the first reply to
    `trial_phone`, a phone of the shop's own, is tried.
    """

    name: str
    zone: str
    state: str | None
    mode: str
    hours: Spans
    closures: tuple[Closure, ...] = ()
    after_hours: str = "template"
    at_night: str = "hold"
    held_while_closed: frozenset[TextClass] = HOLDS_OUTSIDE_HOURS
    window_hours: int = 24
    useful_minutes: int = 120
    own_numbers: frozenset[str] = frozenset()
    billing: str = "unmetered"
    past_due_since: datetime | None = None
    grace_days: int = 7
    trial_phone: str | None = None
    trial_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Homeowner:
    """What is known of the homeowner; `places` are all that may be theirs, `holidays` the days off there, `trouble` why the
    number cannot be texted, `refused_lines` the shop's lines from which the carrier takes no text to them, `has_visit`
    that a visit of theirs is ahead, `spoken_at` when the shop last took a call of theirs. Where address and number disagree `place_words` says so by `places_disagree`.
    """

    number: str | None
    places: Sequence[Place]
    place_words: str
    places_disagree: bool = False
    holidays: Holidays = frozenset()
    trouble: str | None = None
    opted_out_at: datetime | None = None
    consented: bool = True
    consent_source: str | None = None
    consent_at: datetime | None = None
    has_visit: bool = False
    ignored: bool = False
    paused: bool = False
    refused_lines: Sequence[str] = ()
    spoken_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """The thread's state. `last_word_at` is when anybody wrote last, None while nobody did or since a START."""

    status: str
    office_owns: bool = False
    last_word_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Texts that are pending or perhaps taken by a carrier; previews and failures do not count.

    `first_reply_at` is the newest one's moment within the window, `first_reply_waits` that one has not left yet,
    `first_reply_leaves_at` when that one may leave at the earliest (None: no carrier is still to be asked to take one),
    `texted_before` whether automation has written to them at all.
    """

    first_reply_at: datetime | None = None
    first_reply_waits: bool = False
    first_reply_leaves_at: datetime | None = None
    unanswered_in_a_day: int = 0
    follow_ups: int = 0
    replied: bool = False
    texted_before: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How far the streams are known, and what messaging has heard of the text's visit."""

    inbound_until: datetime | None
    bookings_until: datetime | None = None
    visit_version: int | None = None
    visit_status: str | None = None
    visit_booked_while_entitled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """What a carrier made automation stop, each with the reason in words: lines, and classes whose words it took for spam."""

    lines: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)


NO_STOPS: Final = Stops()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything that a rule may look at. `lead` is None for texts outside of a lead; `templates_off` are those that the
    shop switched off.
    """

    shop: Shop
    homeowner: Homeowner
    lead: Lead | None
    history: History
    known: Known
    stops: Stops = NO_STOPS
    templates_off: frozenset[str] = frozenset()
