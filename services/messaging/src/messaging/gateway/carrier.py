"""What messaging asks of a carrier that takes texts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple, Protocol


class Taken(NamedTuple):
    """The carrier has it."""

    provider: str
    provider_id: str


class Refused(NamedTuple):
    """The carrier said no, and does not have it. `why` is ours, for people, where no carrier was asked; `retry_after` is how
    long, or until when, the carrier wants to be left alone.
    """

    code: int | None
    http_status: int
    why: str | None = None
    retry_after: timedelta | datetime | None = None


class NeverSent(NamedTuple):
    """The carrier was not reached: it cannot have it."""

    why: str


class AnswerLost(NamedTuple):
    """Nobody knows whether the carrier has it."""

    why: str


Answer = Taken | Refused | NeverSent | AnswerLost


class Outgoing(NamedTuple):
    """One text as the carrier needs it; `status_callback` carries our text id, `photos` is where the carrier fetches them."""

    from_number: str
    to_number: str
    body: str
    status_callback: str
    photos: Sequence[str] = ()


class CarrierText(NamedTuple):
    """A text in the carrier's own list."""

    provider: str
    provider_id: str
    body: str
    created_at: datetime | None


class Fate(NamedTuple):
    """How a text fares, in the carrier's latest words; `unknown` for a word that is none of ours."""

    state: Literal["queued", "sending", "sent", "delivered", "undelivered", "failed", "unknown"]
    error_code: int | None


class Carrier(Protocol):
    """One account at a carrier. Never raises for what a carrier may do."""

    async def send(self, outgoing: Outgoing) -> Answer: ...

    async def texts(self, *, from_number: str, to_number: str) -> list[CarrierText] | None:
        """The newest that it took from one to the other; None when it cannot be asked now."""
        ...

    async def fate(self, *, provider_id: str) -> Fate | None:
        """How one that it took fares; None when it cannot be asked now, or does not know it."""
        ...
