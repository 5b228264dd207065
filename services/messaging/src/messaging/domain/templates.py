"""The words of automation's texts: what each is for, what it starts with, and what a shop's own must say."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from messaging.domain.matrix import TextClass

LONGEST: Final = 1600

Template = Literal[
    "first_reply",
    "first_reply_after_hours",
    "follow_up",
    "ask_problem",
    "ask_urgency",
    "ask_address",
    "ask_name",
    "ask_time",
    "not_understood",
    "details_complete",
    "handed_over",
    "visit_noted",
    "safety",
    "safety_medical",
    "help",
    "stop_confirmation",
    "start_confirmation",
]


class About(NamedTuple):
    """What a template is for. `must` are fields and words without which its text would break a promise."""

    title: str
    when: str
    text_class: TextClass
    fields: tuple[str, ...] = ("shop", "phone", "first_name")
    must: tuple[str, ...] = ()
    can_be_off: bool = False


_SHOP: Final = ("shop", "phone")
ABOUT: Final[dict[Template, About]] = {
    "first_reply": About(
        "First reply, open", "Right after a missed call", "first_reply", must=("{shop}", "STOP"), can_be_off=True
    ),
    "first_reply_after_hours": About(
        "First reply, closed", "After hours and closed days", "first_reply", must=("{shop}", "STOP")
    ),
    "follow_up": About("Follow-up", "When nobody answered the first reply", "follow_up", can_be_off=True),
    "ask_problem": About("Ask for the problem", "When it is not clear what is wrong", "response"),
    "ask_urgency": About("Ask how urgent it is", "When the problem does not say it", "response"),
    "ask_address": About("Ask for the address", "Street address or ZIP code", "response"),
    "ask_name": About("Ask for the name", "For the visit", "response"),
    "ask_time": About("Ask when to come", "Day and time that would suit", "response"),
    "not_understood": About("Not understood", "Before a question is asked once more", "response"),
    "details_complete": About("All is known", "The office has what a visit needs", "response"),
    "handed_over": About("Over to the office", "When a person has to answer", "response"),
    "visit_noted": About("About a visit", "An answer about a booked visit", "response"),
    "safety": About("Safety", "Gas, carbon monoxide, smoke or fire", "safety", _SHOP, ("{shop}", "{phone}", "911")),
    "safety_medical": About("Medical need", "Somebody's health is at risk", "safety", _SHOP, ("{shop}", "911")),
    "help": About("Help", "Answer to HELP", "compliance", _SHOP, ("{shop}", "{phone}", "STOP")),
    "stop_confirmation": About("Opted out", "Confirms that no more texts come", "compliance", _SHOP, ("{shop}",)),
    "start_confirmation": About("Opted in again", "Answer to START", "compliance", _SHOP, ("{shop}", "STOP")),
}
ASKS: Final[dict[str, Template]] = {
    "problem": "ask_problem",
    "urgency": "ask_urgency",
    "address": "ask_address",
    "name": "ask_name",
    "time": "ask_time",
}
"""The template of each question that the response rules may ask."""

TEMPLATES: Final[dict[Template, str]] = {
    "first_reply": (
        "{shop} here, sorry we missed your call. What is going on with your system? "
        "Reply and we will get you on the schedule, or STOP to opt out."
    ),
    "first_reply_after_hours": (
        "{shop} here, sorry we missed your call. We are closed right now. Tell us what is going on and where, "
        "and we will get you on the schedule first thing. Reply STOP to opt out."
    ),
    "follow_up": "{shop} again: do you still need help with your heating or cooling? Reply and we will find you a time.",
    "ask_problem": "What is going on with your heating or cooling?",
    "ask_urgency": "Is it urgent, or can it wait a day or two?",
    "ask_address": "What is the address? Street and ZIP code are best.",
    "ask_name": "What name should we put on the visit?",
    "ask_time": "When would suit you? A day and a rough time is enough, such as tomorrow after 3.",
    "not_understood": "Sorry, I did not get that.",
    "details_complete": "Thanks, {first_name|that is all we need}. The office has your details and will text you a time here.",
    "handed_over": "Thanks for telling us. I have passed this to the office, and somebody will answer you here.",
    "visit_noted": "Thanks, I have passed that on. The office will answer you here about your visit.",
    "safety": (
        "{shop}: if you smell gas, see smoke or an alarm is going off, leave the house now and call 911 from outside. "
        "Do not switch anything on or off. Then call us at {phone}."
    ),
    "safety_medical": (
        "{shop}: if anybody's health is at risk, call 911 now. We have alerted the office. You can also call us at {phone}."
    ),
    "help": "{shop}: call {phone} for help. Reply STOP to get no more texts from us.",
    "stop_confirmation": "{shop}: you will get no more texts from us. Call {phone} if you need us.",
    "start_confirmation": "{shop}: you will get texts from us again. Reply STOP at any time to opt out.",
}
FIELD_NAMES: Final[dict[str, str]] = {
    "shop": "Shop name",
    "phone": "Shop phone",
    "first_name": "Homeowner's first name",
}
WITHOUT_FALLBACK: Final = frozenset({"shop", "phone"})
"""Fields that always have a value; any other needs words to fall back on: `{first_name|there}`."""

_FIELD: Final = re.compile(r"\{([a-z_]+)(?:\|([^{}|]*))?\}")
_ASKING: Final = r"(?:reply|text|answer|send|respond|write|type|say)(?: with| back| us| the word)*"
_CARRIER_WORD: Final = r"(?:STOPALL|STOP ALL|UNSUBSCRIBE|CANCEL|END|QUIT|REVOKE|OPTOUT|OPT OUT|ALTO|PARAR|YES)"
_ASKS_FOR_A_WORD: Final = re.compile(rf"\b{_ASKING} [\"'“‘(]*{_CARRIER_WORD}\b", re.IGNORECASE)
_STOP_FOR_ELSE: Final = re.compile(
    rf"\b{_ASKING} [\"'“‘(]*STOP\b(?![\"'”’)]* (?:to|and you|if you|at any time|anytime|for no))", re.IGNORECASE
)


class Wording(NamedTuple):
    """The words in use for one template. Version 0 are those that we start with."""

    body: str
    active: bool = True
    version: int = 0


class Words:
    """All templates of one shop: its own where it has some, else those that we start with."""

    def __init__(self, own: Mapping[str, Wording] | None = None, *, plain: bool = True) -> None:
        self._own, self._plain = own or {}, plain

    def wording(self, name: Template) -> Wording:
        return self._own.get(name) or Wording(TEMPLATES[name])

    def render(self, *names: Template, fields: Mapping[str, str]) -> str:
        """One text of one or more templates. A field without a value or fallback stays as `{field}`, and rule 11 refuses it."""
        body = " ".join(fill(self.wording(name).body, fields) for name in names)
        return plain_letters(body) if self._plain else body

    @property
    def off(self) -> frozenset[str]:
        """Templates that the shop switched off."""
        return frozenset(name for name, own in self._own.items() if not own.active)


def fill(body: str, fields: Mapping[str, str]) -> str:
    """Every `{field}` and `{field|words to fall back on}` replaced as far as there is a value."""
    return _FIELD.sub(lambda found: fields.get(found[1]) or found[2] or found[0], body)


def render(name: Template, fields: Mapping[str, str]) -> str:
    """The words that every shop starts with."""
    return fill(TEMPLATES[name], fields)


def names_shop(body: str, shop: str) -> bool:
    """Its name as the shop writes it, or with plain quotes."""
    return shop in body or plain_letters(shop) in body


def empty_fields(body: str) -> list[str]:
    """Names of fields that have no value."""
    return [found[1] for found in _FIELD.finditer(body)]


@lru_cache(maxsize=1024)  # most callers get the words that the one before got
def asks_for_carrier_word(body: str) -> bool:
    """A reply that the carrier would take for an opt-out or opt-in must never be what a text of ours asks for."""
    return bool(_ASKS_FOR_A_WORD.search(body) or _STOP_FOR_ELSE.search(body))


def troubles_of(name: Template, body: str) -> list[str]:
    """What is wrong with a shop's own words, in sentences; none when they may be used."""
    about, found = ABOUT[name], []
    if not body.strip():
        return ["The text is empty."]
    for field, fallback in _FIELD.findall(body):
        if field not in about.fields:
            found.append(f"There is no field {{{field}}} in this text.")
        elif field not in WITHOUT_FALLBACK and not fallback.strip():
            found.append(f"{{{field}}} may be unknown: give it words to fall back on, such as {{{field}|there}}.")
    if re.search(r"[{}]", _FIELD.sub("", body)):
        found.append("A { or } stands alone: fields look like {shop} or {first_name|there}.")
    found += [f"It must contain {wanted}." for wanted in about.must if wanted not in body]
    if asks_for_carrier_word(body):
        found.append("It asks for a reply that the carrier takes for an opt-out or opt-in.")
    if len(body) > LONGEST:
        found.append(f"It has {len(body)} characters; {LONGEST} is the most.")
    return found


_PLAIN: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′´`", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\t", " "),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", ""),
        "…": "...",
        "•": "-",
        "™": "TM",
        "½": "1/2",
    }
)


def plain_letters(body: str) -> str:
    """Curly quotes, dashes and the like as the plain letters that keep a text in GSM-7; anything else as it is."""
    return body.translate(_PLAIN)
