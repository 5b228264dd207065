"""Hears of what happened in threads, from messaging's own topic, and notes which of them may need a person."""

from collections.abc import Sequence

from chassis import ids
from chassis.database import Transaction
from chassis.doorbell import Doorbell
from contracts.base import Event
from contracts.leads import HomeownerReplied, LeadChanged, OfficeNeeded, TextDecided, TextEnded
from messaging.app.tell_pages import alerts_changed
from messaging.domain.alerting import GATHER
from messaging.store import alerts
from messaging.store.alerts import NewAlert


def may_need_a_person(event: Event) -> bool:
    """Whether somebody has to look at the thread: most of what happens needs nobody."""
    match event:
        case OfficeNeeded() | HomeownerReplied():
            return True
        case LeadChanged():
            return event.who_acts_next == "office"
        case TextDecided():
            return event.lead_id is not None and event.outcome in ("await_approval", "suppress")
        case TextEnded():
            return event.lead_id is not None and event.state in ("failed", "undelivered", "unsettled")
        case _:
            return False


class NoteNeeds:
    """Handles messaging's own events. What a thread needs is read from the thread when the alert is due, not from here."""

    def __init__(self, *, bell: Doorbell) -> None:
        self._bell = bell

    async def __call__(self, transaction: Transaction, events: Sequence[Event]) -> None:
        found: dict[tuple[object, object], NewAlert] = {}
        for event in events:
            if not may_need_a_person(event):
                continue
            alert = _alert(event)
            key = (alert.organization_id, alert.subject_id)
            known = found.get(key)
            found[key] = alert if known is None else _both(known, alert)
        await alerts.note(transaction, alerts=list(found.values()))
        await alerts_changed(transaction, [each.organization_id for each in found.values()])
        if any(each.urgent for each in found.values()):
            transaction.after_commit(self._bell.ring)


def _alert(event: Event) -> NewAlert:
    lead_id = getattr(event, "lead_id")  # noqa: B009 -- all of them have one
    needed = event if isinstance(event, OfficeNeeded) else None
    urgent = needed is not None and needed.urgent
    return NewAlert(
        alert_id=ids.derived_id("alert", str(event.event_id)),
        organization_id=event.organization_id,
        subject_id=lead_id,
        lead_id=lead_id,
        urgent=urgent,
        kind="urgent" if urgent else "thread",
        sentence=needed.sentence if needed else None,
        since=event.occurred_at,
        due_at=event.occurred_at if urgent else event.occurred_at + GATHER,
    )


def _both(earlier: NewAlert, later: NewAlert) -> NewAlert:
    if later.urgent and not earlier.urgent:
        return later
    return earlier._replace(sentence=later.sentence or earlier.sentence)
