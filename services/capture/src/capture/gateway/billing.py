"""What capture asks of whoever bills the shops."""

from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID


class BadSignatureError(Exception):
    """What came is not from there, too old, or not to be read."""


class BillingError(Exception):
    """It could not be done; the words are for people. Trying again later may help."""


class BillingEvent(NamedTuple):
    """What was told. `organization_id` is ours, of a plan that was begun on our page."""

    event_id: str
    kind: str
    created_at: datetime
    customer: str | None
    subscription: str | None = None
    status: str | None = None
    status_before: str | None = None
    organization_id: UUID | None = None


class Credited(NamedTuple):
    """`stripe_id` of what takes `amount_cents` off the next invoice."""

    stripe_id: str
    amount_cents: int
    currency: str


class Billing(Protocol):
    """Raises BillingError where it cannot be asked."""

    def read(self, payload: bytes, *, signature: str) -> BillingEvent:
        """Raises BadSignatureError."""
        ...

    async def checkout(
        self, *, organization_id: UUID, customer: str | None, email: str | None, came_from: str
    ) -> str: ...

    async def portal(self, *, customer: str, came_from: str) -> str: ...

    async def credit(self, *, credit_id: UUID, customer: str, reason: str) -> Credited:
        """One month's price off the next invoice, once, however often it is asked."""
        ...
