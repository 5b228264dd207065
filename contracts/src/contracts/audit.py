"""Who changed what: emitted by every service, keyed by organization."""

from typing import Literal
from uuid import UUID

import msgspec

from contracts.base import Event


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One field before and after, as JSON text; secrets stand as a digest."""

    field: str
    before: str | None
    after: str | None


class ChangeAudited(Event, frozen=True, kw_only=True, tag="change.audited.v1"):
    """A setting, status, credential or member was changed."""

    actor_kind: Literal["member", "credential", "command", "automation"]
    actor: str
    subject_kind: str
    subject_id: str
    action: str
    changes: tuple[Change, ...] = ()
    member_id: UUID | None = None
