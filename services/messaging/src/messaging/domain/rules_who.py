"""Rules 1 to 3: to whom, and from which line."""

from datetime import datetime
from typing import Final

from messaging.domain.context import Context, Homeowner, Message
from messaging.domain.matrix import NO_CONSENT_NEEDED
from messaging.domain.verdicts import Finding, found
from messaging.domain.wording import date_words

HIDDEN: Final = frozenset({"+266696687", "+86282452253", "+7378742833"})
"""ANONYMOUS, UNAVAILABLE and RESTRICTED on a telephone's keys: what carriers give for a caller who hides the number."""
TROUBLES: Final = {
    "landline": "this is a landline",
    "unreachable": "the carrier says this number cannot get texts",
    "invalid": "this is not a valid number",
}
CONSENTS: Final = {
    "call": "rang you",
    "text": "texted you",
    "form": "asked for texts in a form",
    "office": "told the office that texts are fine",
    "api": "was booked by a system of yours",
}


def number_can_be_texted(message: Message, context: Context, now: datetime) -> Finding:
    """Rule 1, with the line it leaves from: one that left the shop sends nothing."""
    del now
    homeowner, lines = context.homeowner, context.shop.own_numbers
    if homeowner.number is None or homeowner.number in HIDDEN:
        return found(1, "the caller hid the number", "suppress")
    if homeowner.number in lines:
        return found(1, "this is one of your own lines", "suppress")
    if homeowner.trouble is not None:
        return found(1, TROUBLES.get(homeowner.trouble, homeowner.trouble), "suppress")
    if message.from_number not in lines:
        return found(1, "the line it would leave from is not yours any more", "suppress")
    if message.from_number in homeowner.refused_lines:
        return found(1, "the carrier takes no texts from this line to this number", "suppress")
    return found(1, "a valid number, not hidden, not one of yours")


def homeowner_may_be_texted(message: Message, context: Context, now: datetime) -> Finding:
    """Rule 2."""
    del now
    homeowner = context.homeowner
    if homeowner.opted_out_at is not None:
        day = date_words(homeowner.opted_out_at, zone=context.shop.zone)
        return found(2, f"asked for no more texts on {day}", "suppress")
    if message.text_class in NO_CONSENT_NEEDED:
        return found(2, "has not asked for no more texts")
    if not homeowner.consented:
        return found(2, "no consent is recorded for this number", "suppress")
    return found(2, f"{_consent(homeowner, context.shop.zone)}, and has not asked for no more texts")


def number_is_not_ignored(message: Message, context: Context, now: datetime) -> Finding:
    """Rule 3. Whoever goes live tries the first reply on a phone that the list may hold."""
    if is_trial(message, context, now):
        return found(3, "your own phone, for the test")
    if context.homeowner.ignored:
        return found(3, "on your ignore list", "suppress")
    return found(3, "not staff, vendor or spam")


def is_trial(message: Message, context: Context, now: datetime) -> bool:
    """The first reply to the shop's own phone, while it is being tried."""
    shop, number = context.shop, context.homeowner.number
    if message.text_class != "first_reply" or number is None or shop.trial_until is None:
        return False
    return number == shop.trial_phone and now < shop.trial_until


def _consent(homeowner: Homeowner, zone: str) -> str:
    """The newest record; `api:<credential>` names the system."""
    source, _, _ = (homeowner.consent_source or "").partition(":")
    said = CONSENTS.get(source, "called or texted you")
    return said if homeowner.consent_at is None else f"{said} on {date_words(homeowner.consent_at, zone=zone)}"
