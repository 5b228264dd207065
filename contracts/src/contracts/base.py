"""What every event carries."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid5

import msgspec

E164 = Annotated[str, msgspec.Meta(pattern=r"^\+[1-9][0-9]{3,14}$", description="phone number as E.164")]
Cents = Annotated[int, msgspec.Meta(description="money in whole cents of a US dollar")]
Instant = Annotated[datetime, msgspec.Meta(tz=True, description="instant, RFC 3339 in UTC")]


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """A fact that happened, under a dotted past-tense name with its version.

    Fields are only ever added, and with a default. `organization_version` is the version of the organization's
    snapshot that the producer knew: a consumer with an older replica waits for the newer one.
    """

    event_id: UUID
    organization_id: UUID
    occurred_at: Instant
    organization_version: int = 0

    @property
    def key(self) -> UUID:
        """The record's key: events with the same key keep their order within a topic."""
        return self.organization_id


class HomeownerEvent(Event, frozen=True, kw_only=True):
    """A fact about one homeowner of one organization.

    `homeowner_id` is `HMAC-SHA256(id key, organization | E.164)` as a UUID; a hidden caller's derives from the call.
    """

    homeowner_id: UUID

    @property
    def key(self) -> UUID:
        return self.homeowner_id


class SetupEvent(Event, frozen=True, kw_only=True):
    """What a service says of one matter of an organization's set-up, the whole of it each time.

    Several services write into one compacted topic: the newest of each type stays, whoever else wrote meanwhile.
    """

    @property
    def key(self) -> UUID:
        return uuid5(self.organization_id, type_of(self))


def type_of(event: type[Event] | Event) -> str:
    """The dotted name of an event's type, such as `call.missed.v1`."""
    tag = (event if isinstance(event, type) else type(event)).__struct_config__.tag
    if not isinstance(tag, str):
        raise TypeError(f"{event!r} has no tag")
    return tag
