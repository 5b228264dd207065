"""A text about a visit that cannot leave before it is a call for the office (product rules, section 5)."""

from messaging.domain.context import Message
from messaging.domain.matrix import VISIT_TEXTS
from messaging.domain.rules_shop import PREVIEW, SWITCHED_OFF
from messaging.domain.rules_true import MOMENT_PASSED
from messaging.domain.verdicts import Decision


def asks_for_a_call(message: Message, decision: Decision) -> bool:
    """Not where the visit is not as the text says any more, and not where the shop wants no such text."""
    if message.text_class not in VISIT_TEXTS or decision.outcome != "suppress":
        return False
    mode, truth = decision.findings[4], decision.findings[7]
    if mode.fact in (PREVIEW, SWITCHED_OFF):
        return False
    return truth.effect != "suppress" or truth.fact == MOMENT_PASSED


def call_sentence(kind: str, why: str) -> str:
    """For the office; `kind` names the text, `why` is what kept it back."""
    return f"Call about the visit: {kind.lower()} not sent, {why}"
