"""Rules 8 and 12: still true, and nothing on its way that would change it."""

from datetime import datetime, timedelta
from typing import Final

from messaging.domain.context import Context, Message
from messaging.domain.leads import first_reply_is_due
from messaging.domain.matrix import BY_STATUS, TextClass
from messaging.domain.verdicts import Finding, found
from messaging.domain.wording import ago

FRESH: Final = timedelta(seconds=30)
LOOK_AGAIN: Final = timedelta(seconds=5)

MOMENT_PASSED: Final = "its moment had passed"
UNCHANGED: Final = "nothing changed since it was planned"

TRUE_WHILE: Final[dict[TextClass, frozenset[str]]] = {
    "confirmation": frozenset({"requested", "scheduled"}),
    "change_notice": frozenset({"requested", "scheduled"}),
    "cancel_notice": frozenset({"cancelled", "declined"}),
    "reminder": frozenset({"scheduled"}),
    "on_my_way": frozenset({"scheduled"}),
    "review_request": frozenset({"completed"}),
}
"""States of a visit in which a text about it says the truth."""
BECAME: Final = {
    "requested": "is not agreed yet",
    "scheduled": "takes place",
    "cancelled": "was cancelled",
    "declined": "was declined",
    "completed": "is done",
    "no_show": "did not take place",
}


def text_is_still_true(message: Message, context: Context, now: datetime) -> Finding:
    """Rule 8: the visit, the moment and the lead are what they were when it was planned, and it is still useful."""
    if message.visit_version is not None:
        visit = _visit(message, context, now)
        if visit is not None:
            return visit
    overtaken = _overtaken(message, context, now)
    if overtaken is not None:
        return found(8, overtaken, "suppress")
    if message.text_class == "first_reply":
        return _first_reply_is_useful(message, context, now)
    if message.text_class == "follow_up":
        return _first_reply_had_its_time(message, context, now)
    return found(8, UNCHANGED if message.visit_version is None else "the visit is as it was when this was planned")


def _overtaken(message: Message, context: Context, now: datetime) -> str | None:
    """What came between."""
    if message.moment_passes_at is not None and now >= message.moment_passes_at:
        return MOMENT_PASSED
    spoken_at = context.homeowner.spoken_at
    if message.rang_at is not None and spoken_at is not None and spoken_at > message.rang_at:
        return "you spoke with them since they rang"
    lead, planned = context.lead, message.planned_in_status
    if message.text_class in BY_STATUS and lead is not None and planned is not None and lead.status != planned:
        return f"the lead was {planned} when this was planned and is {lead.status} now"
    return None


def _visit(message: Message, context: Context, now: datetime) -> Finding | None:
    """None where the visit is the one that was planned for, and in a state that the text speaks of."""
    known, wanted = context.known, message.visit_version
    if known.visit_version is None or (wanted is not None and known.visit_version < wanted):
        return found(8, "waits to hear of the visit's newest change", "hold", now + LOOK_AGAIN)
    status = known.visit_status
    true_while = TRUE_WHILE.get(message.text_class)
    if true_while is not None and status is not None and status not in true_while:
        return found(8, f"the visit {BECAME.get(status, status)}", "suppress")
    if known.visit_version != wanted:
        return found(8, "the visit moved", "suppress")
    return None


def _first_reply_is_useful(message: Message, context: Context, now: datetime) -> Finding:
    lead, window = context.lead, timedelta(hours=context.shop.window_hours)
    if lead is not None and not first_reply_is_due(lead.status, last_word_at=lead.last_word_at, window=window, now=now):
        if lead.last_word_at is None or lead.status != "active":
            return found(8, f"the lead is {lead.status}: a call gets no automatic text", "suppress")
        return found(8, f"you are in touch already: the last text is {ago(now - lead.last_word_at)} old", "suppress")
    if message.allowed_since is not None:
        late = now - message.allowed_since
        if late > timedelta(minutes=context.shop.useful_minutes):
            return found(8, f"too late to be of use: it could have left {ago(late)} ago", "suppress")
    return found(8, "the call is recent and nothing changed since")


def _first_reply_had_its_time(message: Message, context: Context, now: datetime) -> Finding:
    """Whoever has a first reply that left late (at night it waits until morning) gets as long to answer it as anybody."""
    history, time = context.history, message.follows_after or LOOK_AGAIN
    if history.first_reply_leaves_at is not None:
        leaves = max(now, history.first_reply_leaves_at)
        return found(8, "the first reply has not left yet", "hold", leaves + time)
    if history.first_reply_at is not None and now < history.first_reply_at + time:
        out = ago(now - history.first_reply_at)
        return found(8, f"the first reply is only {out} old", "hold", history.first_reply_at + time)
    return found(8, UNCHANGED)


def carrier_was_heard_recently(message: Message, context: Context, now: datetime) -> Finding:
    """Rule 12: a STOP or a moved visit that is still on its way is waited for."""
    known = context.known
    if not is_fresh(known.inbound_until, now):
        return found(12, "something may still be on its way from the carrier", "hold", now + LOOK_AGAIN)
    if message.visit_version is not None and not is_fresh(known.bookings_until, now):
        return found(12, "a change of the visit may still be on its way", "hold", now + LOOK_AGAIN)
    return found(12, "all that came in up to half a minute ago is known")


def is_fresh(heard_until: datetime | None, now: datetime) -> bool:
    """Whether a stream known up to that moment is known well enough."""
    return heard_until is not None and now - heard_until <= FRESH
