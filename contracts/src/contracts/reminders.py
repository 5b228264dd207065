"""Planned texts: emitted by reminders, keyed by homeowner."""

from typing import Literal
from uuid import UUID

from contracts.base import HomeownerEvent, Instant

JobKind = Literal["follow_up", "confirmation", "reminder", "on_my_way", "review_request"]


class ReminderPlanned(HomeownerEvent, frozen=True, kw_only=True, tag="reminder.planned.v1"):
    """A text is planned for `due_at`."""

    job_id: UUID
    kind: JobKind
    due_at: Instant
    lead_id: UUID | None = None
    booking_id: UUID | None = None
    booking_version: int | None = None


class ReminderDropped(HomeownerEvent, frozen=True, kw_only=True, tag="reminder.dropped.v1"):
    """A planned text will not be sent; `reason` says why in words."""

    job_id: UUID
    kind: JobKind
    reason: str


class ReminderDue(HomeownerEvent, frozen=True, kw_only=True, tag="reminder.due.v1"):
    """The moment of a planned text has come: messaging decides whether it leaves. `counted_from` is the moment from which
    `due_at` was counted, None where it was not told yet: a follow-up gives a first reply that left later as much time.
    """

    job_id: UUID
    kind: JobKind
    due_at: Instant
    lead_id: UUID | None = None
    booking_id: UUID | None = None
    booking_version: int | None = None
    counted_from: Instant | None = None
