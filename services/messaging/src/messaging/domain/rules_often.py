"""Rule 7: not too often."""

from datetime import datetime, timedelta
from typing import Final

from messaging.domain.context import Context, Message
from messaging.domain.verdicts import Finding, found
from messaging.domain.wording import ago

CAP, STRICT_CAP = 5, 3
STRICT_CAP_STATES: Final = frozenset({"FL", "MD", "OK", "OR"})
"""Product rules, section 5, rule 7."""


def homeowner_is_not_texted_too_often(message: Message, context: Context, now: datetime) -> Finding:
    """One first reply per window, one follow-up before the first reply, and a cap on what answers nothing."""
    history = context.history
    repeated = _repeats(message, context, now)
    if repeated is not None:
        return found(7, repeated, "suppress")
    if message.answers_at is not None:
        return found(7, "answers a text of the homeowner")
    cap = STRICT_CAP if any(place.state in STRICT_CAP_STATES for place in context.homeowner.places) else CAP
    if history.unanswered_in_a_day >= cap:
        return found(7, f"{history.unanswered_in_a_day} texts without an answer in 24 h (at most {cap})", "suppress")
    if message.text_class == "first_reply":
        return found(7, f"no answer to a call in the last {context.shop.window_hours} h")
    return found(7, f"{history.unanswered_in_a_day} of at most {cap} texts without an answer in 24 h")


def _repeats(message: Message, context: Context, now: datetime) -> str | None:
    history, window = context.history, context.shop.window_hours
    if message.text_class == "first_reply":
        if history.first_reply_waits:
            return f"already texted: the answer to an earlier call is on its way (once per {window} h)"
        if history.first_reply_at is not None and now - history.first_reply_at < timedelta(hours=window):
            return f"already texted {ago(now - history.first_reply_at)} ago (once per {window} h)"
    if message.text_class == "follow_up" and history.follow_ups > 0 and not history.replied:
        return "one follow-up was planned already and nobody answered"
    return None
