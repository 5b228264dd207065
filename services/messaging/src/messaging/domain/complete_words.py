"""Whether every text that automation may send could leave as it stands: what rule 11 would say, before anybody rings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from messaging.domain.introduction import introduced
from messaging.domain.matrix import AUTOMATED
from messaging.domain.response import Settings
from messaging.domain.templates import (
    ABOUT,
    ASKS,
    FIELD_NAMES,
    LONGEST,
    Template,
    Words,
    asks_for_carrier_word,
    empty_fields,
    troubles_of,
)

ALWAYS_ANSWERS: Final[Template] = "visit_noted"
"""Leaves whether or not the other answers by rule are switched on."""
WHAT_GIVES_IT: Final[Mapping[str, str]] = {
    "phone": "Name the line that rings in the shop, or add a number.",
    "shop": "Name the shop.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the words of a shop are filled with and used for: `fields` as a homeowner gets them of whom nothing is known."""

    words: Words
    settings: Settings
    fields: Mapping[str, str]
    after_hours: str


def in_use(standing: Standing) -> tuple[Template, ...]:
    """Templates of which a text may leave as the shop is set."""
    return tuple(name for name in ABOUT if _is_used(name, standing))


def lacking(standing: Standing) -> dict[Template, tuple[str, ...]]:
    """Those in use that could not leave, with what to mend, in sentences."""
    found = {name: tuple(_wrong(name, standing)) for name in in_use(standing)}
    return {name: wrong for name, wrong in found.items() if wrong}


def _is_used(name: Template, standing: Standing) -> bool:
    words, settings = standing.words, standing.settings
    if name in words.off:
        return False
    if name == "first_reply_after_hours":
        return standing.after_hours == "template" and "first_reply" not in words.off
    if ABOUT[name].text_class != "response" or name == ALWAYS_ANSWERS:
        return True
    if name in ASKS.values():
        return settings.answers and any(ASKS[each] == name for each in settings.asks)
    return settings.answers and (name != "not_understood" or bool(settings.asks))


def _wrong(name: Template, standing: Standing) -> list[str]:
    """Of the words as they were written; else of the text that they become."""
    if troubles := troubles_of(name, standing.words.wording(name).body):
        return troubles
    shop = standing.fields.get("shop", "")
    body = standing.words.render(name, fields=standing.fields)
    if ABOUT[name].text_class in AUTOMATED:
        body = introduced(body, shop=shop)
    found = [_no_value(field) for field in dict.fromkeys(empty_fields(body))]
    if asks_for_carrier_word(body):
        found.append("With the shop's name in it, it asks for a reply that the carrier takes for an opt-out or opt-in.")
    if len(body) > LONGEST:
        found.append(f"With its fields filled it has {len(body)} characters; {LONGEST} is the most.")
    return found


def _no_value(field: str) -> str:
    told = WHAT_GIVES_IT.get(field)
    return f"{FIELD_NAMES.get(field, field)} has no value. {told}" if told else f"There is no value for {{{field}}}."
