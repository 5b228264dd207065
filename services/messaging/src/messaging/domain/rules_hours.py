"""Rules 9 and 10: at this hour."""

from datetime import datetime, timedelta
from typing import Final

from messaging.domain import hours, quiet_hours
from messaging.domain.context import Context, Message
from messaging.domain.matrix import (
    ANSWER_MINUTES,
    ANSWERS_SKIP_BOTH,
    ANSWERS_SKIP_QUIET,
    MATRIX,
)
from messaging.domain.verdicts import Finding, found
from messaging.domain.wording import clock_time

ROUNDS: Final = 60
"""Openings that quiet hours may strike out one after the other before the search is given up."""


def shop_is_open(message: Message, context: Context, now: datetime) -> Finding:
    """Rule 9: send, hold until opening, or use the after-hours wording, by class and setting."""
    shop = context.shop
    if message.text_class in ANSWERS_SKIP_BOTH and _answers_at_once(message, now):
        return found(9, f"answers a text of the last {ANSWER_MINUTES} minutes")
    if not any(shop.hours):
        return found(9, "no business hours are set")
    if hours.is_open(now, zone=shop.zone, spans=shop.hours, closures=shop.closures):
        return found(9, "within business hours")
    return _while_closed(message, context, now)


def homeowner_may_be_disturbed(message: Message, context: Context, now: datetime) -> Finding:
    """Rule 10: no text in the quiet hours of any place that may be the homeowner's."""
    if message.text_class in ANSWERS_SKIP_BOTH | ANSWERS_SKIP_QUIET and _answers_at_once(message, now):
        return found(10, f"answers a text of the last {ANSWER_MINUTES} minutes")
    homeowner = context.homeowner
    places, holidays = homeowner.places, homeowner.holidays
    if message.wished_at is not None:
        return _before_quiet_hours(message.wished_at, context, now)
    if quiet_hours.allowed(now, places=places, holidays=holidays):
        return found(10, f"not quiet now in {homeowner.place_words}")
    if _let_through_at_night(message, context, now):
        return found(
            10, f"quiet hours in {homeowner.place_words}; your setting lets the answer to a call just made through"
        )
    until = quiet_hours.next_allowed(now, places=places, holidays=holidays)
    said = "must be allowed" if homeowner.places_disagree else "quiet hours"
    return found(10, f"{said} in {homeowner.place_words}", "hold", until)


def _before_quiet_hours(wished: datetime, context: Context, now: datetime) -> Finding:
    """A reminder whose moment falls into quiet hours comes at the last allowed one before it, or not at all."""
    homeowner, zone = context.homeowner, context.shop.zone
    places, holidays = homeowner.places, homeowner.holidays
    moment = quiet_hours.last_allowed(wished, places=places, holidays=holidays)
    moved = "" if moment == wished else f"{clock_time(wished, zone=zone)} is in quiet hours in {homeowner.place_words}"
    if moment is not None and now < moment:
        return found(10, f"{moved}: it comes before them" if moved else "its moment is not yet there", "hold", moment)
    if quiet_hours.allowed(now, places=places, holidays=holidays):
        return found(10, f"not quiet now in {homeowner.place_words}")
    missed = f"{moved}, and the last moment before them has passed" if moved else "its moment has passed"
    return found(10, f"skipped: {missed}", "suppress")


def first_moment(message: Message, context: Context, since: datetime) -> datetime | None:
    """The first instant at or after `since` that the shop's hours and the homeowner's quiet hours both allow; None where the
    two never meet.
    """
    wanted = [rule for rule in (9, 10) if rule in MATRIX[message.text_class]]
    moment = since
    for _ in range(ROUNDS):
        later = moment
        for rule in wanted:
            looked = _LOOKS[rule](message, context, later)
            later = looked.until or later
        if later == moment:
            return moment
        moment = later
    return None


def closed_wording(message: Message, context: Context, now: datetime) -> bool:
    """Whether the after-hours wording is the one that would leave now."""
    shop = context.shop
    return (
        message.text_class == "first_reply"
        and message.body_after_hours is not None
        and shop.after_hours == "template"
        and any(shop.hours)
        and not hours.is_open(now, zone=shop.zone, spans=shop.hours, closures=shop.closures)
    )


_LOOKS: Final = {9: shop_is_open, 10: homeowner_may_be_disturbed}


def _while_closed(message: Message, context: Context, now: datetime) -> Finding:
    shop = context.shop
    if not _holds_while_closed(message, context):
        if message.text_class == "first_reply" and shop.after_hours == "template":
            return found(9, "closed now: the after-hours wording is used")
        return found(9, "closed now, and this is sent all the same")
    opening = hours.next_opening(now, zone=shop.zone, spans=shop.hours, closures=shop.closures)
    if opening is None:
        return found(9, "the shop does not open again", "suppress")
    return found(9, "the shop is closed", "hold", opening)


def _holds_while_closed(message: Message, context: Context) -> bool:
    if message.text_class == "first_reply":
        return context.shop.after_hours == "hold"
    return message.text_class in context.shop.held_while_closed


def _let_through_at_night(message: Message, context: Context, now: datetime) -> bool:
    """Only the answer to a call just made: one that waited for long waits for the morning as well."""
    if message.text_class != "first_reply" or context.shop.at_night != "send":
        return False
    return message.rang_at is None or now - message.rang_at <= timedelta(minutes=ANSWER_MINUTES)


def _answers_at_once(message: Message, now: datetime) -> bool:
    return message.answers_at is not None and now - message.answers_at <= timedelta(minutes=ANSWER_MINUTES)
