"""Organizations: emitted by capture after every change, keyed by organization, compacted.

Each record is the whole snapshot; consumers keep a replica and apply only a higher version.
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from contracts.base import E164, Event, Instant

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
AutomationMode = Literal["preview", "approval", "live"]
Role = Literal["owner", "admin", "agent"]
NumberMode = Literal["ring", "already_missed"]
AnswerRule = Literal["any", "press_1"]
Keywords = Literal["provider", "ours"]
AfterHours = Literal["send", "hold", "template"]
AtNight = Literal["send", "hold"]
OutsideHours = Literal["send", "hold"]
MissedReason = Literal[
    "no_answer", "busy", "failed", "canceled", "hung_up", "not_accepted", "already_missed", "voicemail"
]

RegistrationState = Literal["not_started", "in_review", "approved", "rejected", "not_needed"]

AlertWay = Literal["text", "email"]
AlertKind = Literal["urgent", "thread", "draft", "trouble"]
"""An urgent word; a thread that needs a person; a draft to approve; a line or a template that was stopped."""

Entitlement = Literal[
    "unmetered",
    "trialing",
    "active",
    "past_due",
    "unpaid",
    "paused",
    "canceled",
    "incomplete",
    "incomplete_expired",
    "unknown",
]

Minute = Annotated[int, msgspec.Meta(ge=0, le=1440, description="minutes since local midnight")]


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """Opening hours within one day: `start` inclusive, `end` exclusive, both in minutes since local midnight."""

    start: Minute
    end: Minute


class Closure(msgspec.Struct, frozen=True, kw_only=True):
    """Days on which the shop is closed, in its own zone, the last one included.

    `holiday` names the one of `holidays` that it stands for, laid out for the years ahead; None: typed by hand.
    """

    name: str
    first_day: date
    last_day: date
    holiday: str | None = None


class TrackedNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A phone number that belongs to the organization.

    `voicemail`: whether a caller whom nobody took may leave a message; None: only on a line that is `already_missed`.
    `brand`, `campaign`: how far the carriers' registration of business texting (10DLC) is, as the shop tells it.
    `segments_per_second`: how fast the carrier takes texts from it; None: what its kind of number is granted.
    """

    number: E164
    provider: str
    account: str
    mode: NumberMode = "ring"
    answer: AnswerRule = "any"
    voicemail: bool | None = None
    label: str = ""
    brand: RegistrationState = "not_started"
    campaign: RegistrationState = "not_started"
    segments_per_second: Annotated[float, msgspec.Meta(gt=0)] | None = None


class ProviderAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account at a carrier. `sealed_secret` opens with messaging's private key alone (base64); None: cannot send."""

    kind: str
    account: str
    keywords: Keywords = "provider"
    api: str | None = None
    sealed_secret: str | None = None


class AlertChoices(msgspec.Struct, frozen=True, kw_only=True):
    """How a member of the office is told that something needs a person. Without a way in `by` not at all.

    `number` is confirmed by a code that was texted to it. Members are told in the order of `place`, then of the list.
    `off_hours` is what may come while the shop is closed; the rest comes at opening.
    """

    by: tuple[AlertWay, ...] = ()
    number: E164 | None = None
    about: tuple[AlertKind, ...] = ("urgent", "thread", "draft", "trouble")
    off_hours: Literal["urgent", "all", "nothing"] = "urgent"
    place: int = 0


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the office. `epoch` rises when all sessions of the member end."""

    member_id: UUID
    name: str
    email: str
    role: Role
    epoch: int = 0
    active: bool = True
    alerts: AlertChoices = AlertChoices()


class Technician(msgspec.Struct, frozen=True, kw_only=True):
    """A technician named in the shop's file; booking owns them from then on."""

    name: str
    hours: dict[Weekday, tuple[Span, ...]]


class FirstReply(msgspec.Struct, frozen=True, kw_only=True):
    """How a missed call is texted back."""

    window_hours: Annotated[int, msgspec.Meta(ge=1, le=72)] = 24
    after_hours: AfterHours = "template"
    at_night: AtNight = "hold"
    useful_minutes: int = 120


class WhileClosed(msgspec.Struct, frozen=True, kw_only=True):
    """What automation's other texts do outside business hours, by class; `hold` waits for the opening."""

    response: OutsideHours = "send"
    slot_offer: OutsideHours = "send"
    follow_up: OutsideHours = "hold"
    review_request: OutsideHours = "hold"


class PhoneTrial(msgspec.Struct, frozen=True, kw_only=True):
    """A test on a phone of the shop's own: until then the first reply to it leaves whatever the mode is."""

    phone: E164
    until: Instant


class Billing(msgspec.Struct, frozen=True, kw_only=True):
    """What the billing provider says. `past_due_since` is the moment of the event that made it past due.

    `credited` names the guarantee windows whose credit lies on the next invoice.
    """

    status: Entitlement = "unmetered"
    past_due_since: Instant | None = None
    grace_days: int = 7
    credited: tuple[UUID, ...] = ()


class OrganizationChanged(Event, frozen=True, kw_only=True, tag="organization.changed.v1"):
    """The whole organization as it stands; `organization_version` is its version."""

    slug: str
    name: str
    zone: str
    state: str | None = None
    office_line: E164 | None = None
    ring_seconds: Annotated[int, msgspec.Meta(ge=10, le=20)] = 18
    missed_when: tuple[MissedReason, ...] = (
        "no_answer",
        "busy",
        "failed",
        "canceled",
        "hung_up",
        "not_accepted",
        "already_missed",
        "voicemail",
    )
    hours: dict[Weekday, tuple[Span, ...]] = msgspec.field(default_factory=dict)
    closures: tuple[Closure, ...] = ()
    holidays: tuple[str, ...] = ()
    trial: PhoneTrial | None = None
    automation: AutomationMode = "preview"
    first_reply: FirstReply = FirstReply()
    while_closed: WhileClosed = WhileClosed()
    numbers: tuple[TrackedNumber, ...] = ()
    providers: tuple[ProviderAccount, ...] = ()
    members: tuple[Member, ...] = ()
    revoked_sessions: tuple[UUID, ...] = ()
    technicians: tuple[Technician, ...] = ()
    billing: Billing = Billing()
    alert_minutes: Annotated[
        int, msgspec.Meta(ge=1, le=240, description="unanswered for so long, the next member is told")
    ] = 10
    silent_days: Annotated[
        int, msgspec.Meta(ge=1, le=365, description="a new or active lead without a sign of life for so long closes")
    ] = 14
