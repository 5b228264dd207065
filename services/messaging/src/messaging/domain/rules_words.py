"""Rule 11: the words themselves."""

from datetime import datetime

from messaging.domain.context import Context, Message
from messaging.domain.introduction import says_who_and_how_to_stop
from messaging.domain.matrix import AUTOMATED
from messaging.domain.rules_hours import closed_wording
from messaging.domain.segments import measure
from messaging.domain.templates import LONGEST, asks_for_carrier_word, empty_fields
from messaging.domain.verdicts import Finding, found


def words_are_complete(message: Message, context: Context, now: datetime) -> Finding:
    """Looks at the wording that would leave now."""
    body = message.body
    if message.body_after_hours is not None and closed_wording(message, context, now):
        body = message.body_after_hours
    if not body.strip() and not message.photos:
        return found(11, "the text is empty", "suppress")
    missing = empty_fields(body)
    if missing:
        return found(11, f"no value for {', '.join(missing)}", "suppress")
    if len(body) > LONGEST:
        return found(11, f"{len(body)} characters (at most {LONGEST})", "suppress")
    first = message.text_class in AUTOMATED and not context.history.texted_before
    if first and not says_who_and_how_to_stop(body, shop=context.shop.name):
        return found(11, "the first text must name the shop and say how to stop", "suppress")
    if message.text_class != "staff" and asks_for_carrier_word(body):
        return found(11, "it asks for a reply that the carrier takes for an opt-out or opt-in", "suppress")
    texts = measure(body).segments
    length = f"{len(body)} characters, {texts} {'text' if texts == 1 else 'texts'}"
    if message.photos:
        length = f"{length}, {message.photos} {'photo' if message.photos == 1 else 'photos'}"
    return found(11, f"names the shop, says how to stop, {length}" if first else f"complete, {length}")
