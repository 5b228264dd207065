"""Rules 4 to 6: may this shop's automation speak."""

from datetime import datetime, timedelta
from typing import Final

from messaging.domain.context import Context, Message, Shop
from messaging.domain.leads import TERMINAL
from messaging.domain.matrix import OFFICE_AND_PAUSE_ONLY, PREVIEW_ONLY
from messaging.domain.rules_who import is_trial
from messaging.domain.verdicts import Finding, found
from messaging.domain.wording import date_words

ENTITLED: Final = frozenset({"unmetered", "trialing", "active"})
LINE_STOPPED: Final = "automation is stopped on this line"
WORDS_STOPPED: Final = "this template is stopped"
SWITCHED_OFF: Final = "you switched this kind of text off"
PREVIEW: Final = "automation is in preview: it records what it would have sent"


def plan_is_active(message: Message, context: Context, now: datetime) -> Finding:
    """Rule 4: the table of billing states (product rules, section 8). Visits booked while it was paid for keep their texts."""
    shop = context.shop
    if shop.billing in ENTITLED:
        return found(4, _plan(shop))
    if message.text_class == "staff":
        return _own_text(context)
    ends = grace_ends(shop)
    day = date_words(ends, zone=shop.zone) if ends is not None else None
    if is_entitled(shop, now):
        return found(4, f"payment is past due; automation goes on {f'until {day}' if day else 'for now'}")
    if context.known.visit_booked_while_entitled:
        return found(4, f"{_plan(shop)}, but the visit was booked before")
    why = f"payment is past due and the grace period ended on {day}" if day else _plan(shop)
    return found(4, why, "suppress")


def _own_text(context: Context) -> Finding:
    """The office's own texts go on while payment is past due, and after that to those who have a visit ahead."""
    plan = _plan(context.shop)
    if context.shop.billing == "past_due":
        return found(4, f"{plan}; your own texts go on")
    if context.homeowner.has_visit:
        return found(4, f"{plan}, but a visit is booked already")
    return found(4, plan, "suppress")


def is_entitled(shop: Shop, now: datetime) -> bool:
    """Whether automation is paid for at this moment: the grace period counts, and ends by itself."""
    ends = grace_ends(shop)
    return shop.billing in ENTITLED or (shop.billing == "past_due" and (ends is None or now < ends))


def grace_ends(shop: Shop) -> datetime | None:
    """From the moment of the event that made it past due; None when it is not, or when nobody said since when."""
    if shop.billing != "past_due" or shop.past_due_since is None:
        return None
    return shop.past_due_since + timedelta(days=shop.grace_days)


def automation_is_live(message: Message, context: Context, now: datetime) -> Finding:
    """Rule 5: preview records, approval asks, live sends; a line or words that the carrier refuses are stopped."""
    shop = context.shop
    if is_trial(message, context, now):
        return found(5, "a test on your own phone leaves whatever the mode is")
    if refused := _refused(message, context):
        return found(5, refused, "suppress")
    if shop.mode == "approval" and message.text_class not in PREVIEW_ONLY:
        return found(5, "the office said yes to it") if message.approved else found(5, "automation asks first", "await")
    if shop.mode == "approval":
        return found(5, "pressed by a person of the office")
    return found(5, "automation is live")


def _refused(message: Message, context: Context) -> str | None:
    """What the shop switched off, the preview, and what a carrier's refusals stopped, in words."""
    if message.template in context.templates_off:
        return SWITCHED_OFF
    if context.shop.mode == "preview":
        return PREVIEW
    if line := context.stops.lines.get(message.from_number or ""):
        return f"{LINE_STOPPED}: {line}"
    if words := context.stops.templates.get(message.text_class):
        return f"{WORDS_STOPPED}: {words}"
    return None


def automation_may_speak(message: Message, context: Context, now: datetime) -> Finding:
    """Rule 6: the thread is open, automation has it, and nobody paused it for this homeowner."""
    del now
    lead = context.lead
    if lead is not None and lead.office_owns:
        return found(6, "you have this thread", "suppress")
    if context.homeowner.paused:
        return found(6, "automation is paused for this homeowner", "suppress")
    if lead is not None and lead.status in TERMINAL and message.text_class not in OFFICE_AND_PAUSE_ONLY:
        return found(6, f"the lead is {lead.status}", "suppress")
    return found(6, "the thread is open and automation has it")


def _plan(shop: Shop) -> str:
    return "no plan is needed here" if shop.billing == "unmetered" else f"the plan is {shop.billing.replace('_', ' ')}"
