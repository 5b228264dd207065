"""The guarantee: emitted by proof, keyed by organization."""

from uuid import UUID

from contracts.base import Event, Instant


class CreditDue(Event, frozen=True, kw_only=True, tag="guarantee.credit_due.v1"):
    """A window ended eligible and not met: the next invoice is credited once. `window_id` makes a second one the same.

    Capture tells that it did so by naming the window in the snapshot's `billing.credited`.
    """

    window_id: UUID
    window_start: Instant
    window_end: Instant
    reason: str
