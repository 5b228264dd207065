"""The independent look at a journal: every violation it finds, and what became of the texts."""

from collections import Counter
from typing import Any, Final

from year import look_texts, look_together
from year.journal import Journal
from year.look_state import Past, Violation

KINDS: Final = (
    "line that is not the shop's",
    "text to the shop's own line",
    "number that cannot be texted",
    "text after an opt-out",
    "text after an opt-out on its way",
    "text while the stream was not heard",
    "text to an ignored number",
    "text without a plan",
    "text after the grace period",
    "text in preview",
    "text without approval",
    "text while automation is paused",
    "text in the office's thread",
    "text in an ended lead",
    "text outside business hours",
    "wrong wording for the hour",
    "text in quiet hours",
    "text too late to be of use",
    "sorry for a missed call to one they spoke with",
    "words that are not complete",
    "first text without name or way out",
    "the same text twice",
    "two first replies in a window",
    "over the cap",
    "follow-up after a reply",
    "second follow-up",
    "follow-up on the heels of a first reply",
    "carrier answer to no carrier word",
    "two answers to one word",
    "late confirmation of an opt-out",
    "answer that the carrier gives itself",
    "call without its decision",
    "text left behind",
    "text that nobody planned",
    "event that was not handled",
    "held or suppressed for nothing",
)
"""Everything that it can find; a test plants one of each."""


def violations(journal: Journal) -> list[Violation]:
    """In the order of time."""
    past = Past(journal)
    return sorted((*look_texts.look(past), *look_together.look(past)), key=lambda each: (each.at, each.kind))


def tally(journal: Journal) -> dict[str, Any]:
    """How many texts left, were held and were suppressed, by class and by rule."""
    planned = journal.planned.values()
    taken = {left.text_id for left in journal.left if left.taken}
    held, suppressed = Counter[str](), Counter[str]()
    seen: set[tuple[object, str]] = set()
    for decided in journal.decided:
        for rule in decided.rules:
            key = (decided.text_id, f"{decided.outcome} {rule}")
            if decided.outcome in ("hold", "suppress") and key not in seen:
                seen.add(key)
                (held if decided.outcome == "hold" else suppressed)[f"rule {rule}"] += 1
    return {
        "calls": len(journal.rang),
        "texts of homeowners": len(journal.said),
        "texts planned": len(planned),
        "tries at a carrier": len(journal.left),
        "left, by class": _sorted(Counter(text.text_class for text in planned if text.text_id in taken)),
        "held, by rule": _sorted(held),
        "suppressed, by rule": _sorted(suppressed),
        "in the end, by state": _sorted(Counter(text.state for text in planned)),
    }


def _sorted(counted: Counter[str]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda each: (len(each[0]), each[0])))
