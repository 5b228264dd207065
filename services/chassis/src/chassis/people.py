"""Who is signed in, and what each of the three roles may do (product.md section 13)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from contracts.organizations import Role


class Permission(StrEnum):
    """What a route needs; a row of the table of roles each, and one's own account."""

    ACCOUNT = "account"
    """One's own account: everybody who is signed in."""
    INBOX = "inbox"
    """Inbox, thread, status, assignment, notes, bookings."""
    RESULTS = "results"
    """Results, guarantee, proof of a lead."""
    SETTINGS_VIEW = "settings_view"
    """Looking at hours, templates, response rules, reminders, technicians, automation mode."""
    SETTINGS_CHANGE = "settings_change"
    """Changing them."""
    ADMINISTER = "administer"
    """Credentials, tracked numbers, members but not owners, audit trail."""
    OWN = "own"
    """Billing, owners, export and erasure of a homeowner's data, retention."""


OWNER: Final[frozenset[Role]] = frozenset({"owner"})
LEADERS: Final[frozenset[Role]] = frozenset({"owner", "admin"})
EVERYBODY: Final[frozenset[Role]] = frozenset({"owner", "admin", "agent"})
ROLES: Final[Mapping[Permission, frozenset[Role]]] = {
    Permission.ACCOUNT: EVERYBODY,
    Permission.INBOX: EVERYBODY,
    Permission.RESULTS: EVERYBODY,
    Permission.SETTINGS_VIEW: EVERYBODY,
    Permission.SETTINGS_CHANGE: LEADERS,
    Permission.ADMINISTER: LEADERS,
    Permission.OWN: OWNER,
}


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A member who is signed in. `csrf` is the same for all tokens of a session; the token ends at `expires_at`.

    `minted_at`: when capture looked that the session stands; None in a token of before it said so.
    """

    session_id: UUID
    member_id: UUID
    organization_id: UUID
    name: str
    role: Role
    epoch: int
    csrf: str
    expires_at: datetime
    minted_at: datetime | None = None

    def may(self, permission: Permission | str) -> bool:
        """Whether the role allows it."""
        return self.role in ROLES[Permission(permission)]

    @property
    def initials(self) -> str:
        """First letters of the first and the last name."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
