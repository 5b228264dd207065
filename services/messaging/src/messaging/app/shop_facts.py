"""A shop as the rules see it, from its snapshot."""

from typing import Final
from uuid import UUID

from contracts.organizations import OrganizationChanged, WhileClosed
from messaging.domain.context import Shop
from messaging.domain.hours import Closure, week
from messaging.domain.matrix import TextClass

_shops: Final[dict[UUID, tuple[OrganizationChanged, Shop]]] = {}


def shop_of(snapshot: OrganizationChanged) -> Shop:
    """The rules' view of a snapshot, made once for each."""
    known = _shops.get(snapshot.organization_id)
    if known is None or known[0] is not snapshot:
        known = _shops[snapshot.organization_id] = (snapshot, _shop(snapshot))
    return known[1]


def _shop(told: OrganizationChanged) -> Shop:
    return Shop(
        name=told.name,
        zone=told.zone,
        state=told.state,
        mode=told.automation,
        hours=week({day: [(span.start, span.end) for span in spans] for day, spans in told.hours.items()}),
        closures=tuple(Closure(each.name, each.first_day, each.last_day) for each in told.closures),
        after_hours=told.first_reply.after_hours,
        at_night=told.first_reply.at_night,
        held_while_closed=_held(told.while_closed),
        window_hours=told.first_reply.window_hours,
        useful_minutes=told.first_reply.useful_minutes,
        own_numbers=frozenset(each.number for each in told.numbers),
        billing=told.billing.status,
        past_due_since=told.billing.past_due_since,
        grace_days=told.billing.grace_days,
        trial_phone=told.trial.phone if told.trial is not None else None,
        trial_until=told.trial.until if told.trial is not None else None,
    )


def _held(told: WhileClosed) -> frozenset[TextClass]:
    """Classes that wait until the shop opens."""
    by_class: dict[TextClass, str] = {
        "response": told.response,
        "slot_offer": told.slot_offer,
        "follow_up": told.follow_up,
        "review_request": told.review_request,
    }
    return frozenset(text_class for text_class, chosen in by_class.items() if chosen == "hold")
