"""Leads and texts: emitted by messaging, keyed by homeowner."""

from typing import Literal
from uuid import UUID

import msgspec

from contracts.base import E164, HomeownerEvent, Instant

LeadStatus = Literal["new", "active", "booked", "won", "closed"]
WhoActsNext = Literal["office", "automation", "homeowner", "nobody"]
TextClass = Literal[
    "first_reply",
    "follow_up",
    "response",
    "slot_offer",
    "confirmation",
    "change_notice",
    "cancel_notice",
    "reminder",
    "on_my_way",
    "review_request",
    "staff",
    "compliance",
    "safety",
    "staff_alert",
]
Outcome = Literal["send", "hold", "await_approval", "suppress"]
OptOutSource = Literal["text", "office", "provider", "api"]
ConsentSource = Literal["call", "text", "form", "office", "api"]
OfficeReason = Literal[
    "safety",
    "vulnerable",
    "wants_person",
    "angry",
    "question",
    "unsure",
    "details_complete",
    "visit",
    "wrong_number",
    "draft",
    "text_failed",
    "cancelled_by_word",
    "wrote",
]
"""Why a thread needs a person; the last four are no rule's but the thread's own."""


class LeadOpened(HomeownerEvent, frozen=True, kw_only=True, tag="lead.opened.v1"):
    """A homeowner's request began. `earlier_lead_id` names the one that had ended before."""

    lead_id: UUID
    lead_version: int
    status: LeadStatus
    homeowner_number: E164 | None
    opened_by: Literal["call", "text", "office", "booking"]
    call_id: UUID | None = None
    earlier_lead_id: UUID | None = None


class LeadChanged(HomeownerEvent, frozen=True, kw_only=True, tag="lead.changed.v1"):
    """A lead's status, turn or assignment changed; the newest `lead_version` counts."""

    lead_id: UUID
    lead_version: int
    status: LeadStatus
    who_acts_next: WhoActsNext
    assigned_to: UUID | None = None
    reason: str | None = None
    changed_by: str = "automation"


class HomeownerReplied(HomeownerEvent, frozen=True, kw_only=True, tag="homeowner.replied.v1"):
    """A homeowner's text that is no carrier word reached its thread."""

    lead_id: UUID
    message_id: UUID
    first: bool


class RuleLooked(msgspec.Struct, frozen=True, kw_only=True):
    """One of the twelve rules and what it found. `applies` is False where the text's class does not ask this rule."""

    rule: int
    name: str
    applies: bool
    passed: bool
    fact: str
    until: Instant | None = None


class TextDecided(HomeownerEvent, frozen=True, kw_only=True, tag="text.decided.v1"):
    """A text was planned, or looked at again at the moment of sending (`look` 2 and up)."""

    text_id: UUID
    lead_id: UUID | None
    text_class: TextClass
    outcome: Outcome
    deciding_rules: tuple[int, ...]
    rules: tuple[RuleLooked, ...]
    sentence: str
    look: int = 1
    held_until: Instant | None = None
    call_id: UUID | None = None


class TextSent(HomeownerEvent, frozen=True, kw_only=True, tag="text.sent.v1"):
    """A carrier took a text."""

    text_id: UUID
    lead_id: UUID | None
    text_class: TextClass
    provider: str
    provider_message_id: str
    from_number: E164
    segments: int
    sent_at: Instant
    call_id: UUID | None = None


class TextEnded(HomeownerEvent, frozen=True, kw_only=True, tag="text.ended.v1"):
    """A text reached an end or a new delivery state: delivered, undelivered, failed, suppressed, cancelled."""

    text_id: UUID
    lead_id: UUID | None
    text_class: TextClass
    state: Literal["delivered", "undelivered", "failed", "suppressed", "cancelled", "unsettled"]
    reason: str
    error_code: int | None = None


class OfficeNeeded(HomeownerEvent, frozen=True, kw_only=True, tag="office.needed.v1"):
    """A thread needs a person. `sentence` says why without the homeowner's own words; `urgent` is not put off to opening."""

    lead_id: UUID
    reason: OfficeReason
    sentence: str
    urgent: bool = False
    message_id: UUID | None = None


class HomeownerOptedOut(HomeownerEvent, frozen=True, kw_only=True, tag="homeowner.opted_out.v1"):
    """No text may go to this homeowner any more, until `homeowner.opted_in.v1`."""

    source: OptOutSource
    evidence_id: UUID
    cancelled_texts: tuple[UUID, ...] = ()


class HomeownerOptedIn(HomeownerEvent, frozen=True, kw_only=True, tag="homeowner.opted_in.v1"):
    """The homeowner asked for texts again."""

    source: OptOutSource
    evidence_id: UUID


class ConsentRecorded(HomeownerEvent, frozen=True, kw_only=True, tag="consent.recorded.v1"):
    """Why this homeowner may be texted: an append-only record."""

    consent_id: UUID
    source: ConsentSource
    wording_version: str
    evidence_id: UUID
