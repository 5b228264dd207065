"""What comes in from carriers: emitted by capture, keyed by homeowner, so that calls and texts keep their order.

Ids of calls and texts are derived from the provider's own, so that a repeated or backfilled fact has the same id.
"""

from typing import Literal
from uuid import UUID

import msgspec

from contracts.base import E164, HomeownerEvent, Instant
from contracts.organizations import MissedReason

DeliveryState = Literal["queued", "sending", "sent", "delivered", "undelivered", "failed", "unknown"]


class Call(HomeownerEvent, frozen=True, kw_only=True):
    """What every ended call tells. `homeowner_number` is None for a hidden caller."""

    call_id: UUID
    provider: str
    provider_call_id: str
    tracked_number: E164
    homeowner_number: E164 | None
    started_at: Instant
    ended_at: Instant


class CallMissed(Call, frozen=True, kw_only=True, tag="call.missed.v1"):
    """A call ended and nobody of the shop spoke with the caller. `counts` is False where the shop unticked this end."""

    reason: MissedReason
    counts: bool = True


class CallAnswered(Call, frozen=True, kw_only=True, tag="call.answered.v1"):
    """A call was taken by a person of the shop. `seconds` is how long they spoke, None where the carrier did not say."""

    seconds: int | None = None


class VoicemailLeft(Call, frozen=True, kw_only=True, tag="call.voicemail_left.v1"):
    """The caller of a missed call left a message: the same `call_id` as its `call.missed.v1`, which always precedes it."""

    recording_id: str
    recording_url: str
    seconds: int


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A picture or file that came with a text, at its carrier's address."""

    url: str
    content_type: str


class TextReceived(HomeownerEvent, frozen=True, kw_only=True, tag="text.received.v1"):
    """A text of a homeowner. `carrier_word` is set where the carrier itself recognized STOP, START or HELP (Twilio's OptOutType)."""

    message_id: UUID
    provider: str
    provider_message_id: str
    tracked_number: E164
    homeowner_number: E164
    body: str
    received_at: Instant
    media: tuple[Media, ...] = ()
    carrier_word: Literal["STOP", "START", "HELP"] | None = None


class DeliveryReported(HomeownerEvent, frozen=True, kw_only=True, tag="text.delivery_reported.v1"):
    """The carrier told how a text of ours fares. `text_id` rides in the callback's URL; `raw_state` is the carrier's word."""

    text_id: UUID
    provider: str
    provider_message_id: str
    tracked_number: E164
    homeowner_number: E164
    state: DeliveryState
    raw_state: str
    error_code: int | None = None
    reported_at: Instant


class AlertNumberNamed(HomeownerEvent, frozen=True, kw_only=True, tag="alert_number.named.v1"):
    """A member of the office wants alerts on this phone and is asked to prove it: the code is to be texted there.

    `sealed` opens with messaging's private key alone: `number code`, by one space. The key is that of the number.
    """

    member_id: UUID
    sealed: str
    expires_at: Instant
