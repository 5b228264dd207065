"""What a person can mend when a text did not leave, told by the fact that a rule looked at."""

from collections.abc import Mapping
from typing import Any, Literal

from messaging.domain.rules_shop import LINE_STOPPED, SWITCHED_OFF, WORDS_STOPPED
from messaging.domain.verdicts import Decision

Mend = Literal["stops", "words"]
"""What the carrier's refusals stopped; the shop's own words and which of them are on."""
SUPPRESSED = "suppress"


def mend_of(rule: int, fact: str) -> Mend | None:
    """Of a rule that suppressed a text; None where nothing of the shop's is wrong."""
    match rule:
        case 5 if fact.startswith((LINE_STOPPED, WORDS_STOPPED)):
            return "stops"
        case 5 if fact == SWITCHED_OFF:
            return "words"
        case 11:
            return "words"
        case _:
            return None


def mend(decision: Decision) -> Mend | None:
    """Of what was decided just now."""
    if decision.outcome != SUPPRESSED:
        return None
    (rule,) = decision.deciding_rules
    return mend_of(rule, decision.findings[rule - 1].fact)


def mend_of_stored(decision: Mapping[str, Any]) -> Mend | None:
    """Of a decision as it lies beside its text."""
    if decision["outcome"] != SUPPRESSED:
        return None
    facts = {rule["rule"]: rule["fact"] for rule in decision["rules"]}
    return next((found for rule in decision["deciding_rules"] if (found := mend_of(rule, facts[rule]))), None)
