"""Every type of event and the topics that carry it."""

from typing import Final

from contracts import audit, bookings, guarantee, inbound, leads, organizations, reminders, setup, topics, watermarks
from contracts.base import Event, type_of
from contracts.topics import Topic

_CARRIED: Final[tuple[tuple[Topic, tuple[type[Event], ...]], ...]] = (
    (topics.ORGANIZATIONS, (organizations.OrganizationChanged, watermarks.StreamHeard)),
    (
        topics.INBOUND,
        (
            inbound.CallMissed,
            inbound.CallAnswered,
            inbound.VoicemailLeft,
            inbound.TextReceived,
            inbound.DeliveryReported,
            inbound.AlertNumberNamed,
            watermarks.StreamHeard,
        ),
    ),
    (
        topics.LEADS,
        (
            leads.LeadOpened,
            leads.LeadChanged,
            leads.HomeownerReplied,
            leads.TextDecided,
            leads.TextSent,
            leads.TextEnded,
            leads.OfficeNeeded,
            leads.HomeownerOptedOut,
            leads.HomeownerOptedIn,
            leads.ConsentRecorded,
        ),
    ),
    (topics.BOOKINGS, (bookings.BookingChanged, watermarks.StreamHeard)),
    (topics.REMINDER_JOBS, (reminders.ReminderPlanned, reminders.ReminderDropped, reminders.ReminderDue)),
    (topics.GUARANTEE, (guarantee.CreditDue,)),
    (topics.SETUP, (setup.WordsChecked,)),
    (topics.AUDIT, (audit.ChangeAudited,)),
)

EVENTS: Final[dict[str, type[Event]]] = {type_of(event): event for _, events in _CARRIED for event in events}


def events_of(topic: Topic) -> tuple[type[Event], ...]:
    """The types that a topic carries."""
    return next((events for carried, events in _CARRIED if carried is topic), ())


def topic_of(event: Event | type[Event]) -> Topic:
    """The one topic of an event; a watermark travels in several and has none of its own.

    Raises KeyError for a type that no topic or more than one topic carries.
    """
    kind = event if isinstance(event, type) else type(event)
    found = [topic for topic, events in _CARRIED if kind in events]
    if len(found) != 1:
        raise KeyError(type_of(kind))
    return found[0]
