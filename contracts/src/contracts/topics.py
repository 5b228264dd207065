"""Every topic: its owner, what its key is, how many partitions it has and how long it keeps a record."""

from datetime import timedelta
from enum import Enum
from typing import NamedTuple

PARTITIONS = 12
SEGMENT = timedelta(days=1)


class Key(Enum):
    """Whose facts stay in order."""

    HOMEOWNER = "homeowner"
    ORGANIZATION = "organization"
    ORGANIZATION_AND_TYPE = "organization and type"


class Topic(NamedTuple):
    """One topic. `kept` is None where the topic is compacted: the newest record of each key stays for good."""

    name: str
    owners: tuple[str, ...]
    key: Key
    kept: timedelta | None
    partitions: int = PARTITIONS

    @property
    def configs(self) -> dict[str, str]:
        """Kafka's own settings for this topic."""
        segment = {"segment.ms": str(_milliseconds(SEGMENT))}
        if self.kept is None:
            return {"cleanup.policy": "compact", **segment}
        return {"cleanup.policy": "delete", "retention.ms": str(_milliseconds(self.kept)), **segment}


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


CAPTURE, MESSAGING, BOOKING, REMINDERS, PROOF = SERVICES = ("capture", "messaging", "booking", "reminders", "proof")

WEEK, MONTH = timedelta(days=7), timedelta(days=30)

ORGANIZATIONS = Topic("callsnare.organizations", (CAPTURE,), Key.ORGANIZATION, None)
INBOUND = Topic("callsnare.inbound", (CAPTURE,), Key.HOMEOWNER, WEEK)
LEADS = Topic("callsnare.leads", (MESSAGING,), Key.HOMEOWNER, WEEK)
BOOKINGS = Topic("callsnare.bookings", (BOOKING,), Key.HOMEOWNER, WEEK)
REMINDER_JOBS = Topic("callsnare.reminders", (REMINDERS,), Key.HOMEOWNER, WEEK)
GUARANTEE = Topic("callsnare.guarantee", (PROOF,), Key.ORGANIZATION, MONTH)
PRIVACY = Topic("callsnare.privacy", SERVICES, Key.HOMEOWNER, MONTH)
SETUP = Topic("callsnare.setup", SERVICES, Key.ORGANIZATION_AND_TYPE, None)
AUDIT = Topic("callsnare.audit", SERVICES, Key.ORGANIZATION, MONTH)

ALL: tuple[Topic, ...] = (ORGANIZATIONS, INBOUND, LEADS, BOOKINGS, REMINDER_JOBS, GUARANTEE, PRIVACY, SETUP, AUDIT)
