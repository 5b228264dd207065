"""The twelve rules as an owner reads them, with the shop's own values."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from messaging.domain.context import Shop
from messaging.domain.matrix import RULE_NAMES, TextClass
from messaging.domain.rules_often import CAP, STRICT_CAP
from messaging.domain.state_hours import FEDERAL, STATES, State, Window

MODES: Final = {
    "preview": "Preview: nothing is sent, each thread shows what would have been.",
    "approval": "Ask first: each text waits in Approvals until somebody says yes, and is checked again then.",
    "live": "Live: texts leave by themselves when every rule allows it.",
}
AFTER_HOURS: Final = {
    "send": "The first reply leaves while you are closed too.",
    "hold": "The first reply waits until you open.",
    "template": "While you are closed the first reply uses its after-hours words.",
}
CLASSES: Final[dict[TextClass, str]] = {"response": "answers by rule", "follow_up": "follow-ups"}
AT_NIGHT: Final = {
    "hold": "What would arrive in quiet hours waits for their end.",
    "send": "The answer to a call just made leaves in quiet hours too; everything else waits for their end.",
}
NOON: Final = 12


class RuleInWords(NamedTuple):
    rule: int
    name: str
    words: str


class StateInWords(NamedTuple):
    """Hours by kind of day, as people write them."""

    state: str
    weekdays: str
    saturday: str
    sunday: str
    holidays: str
    source: str


class PlaceInWords(NamedTuple):
    """The hours in which a text may arrive, where they are written, and when that was looked at."""

    spans: tuple[str, ...]
    source: str
    looked_at: str
    stricter: bool


def rules_in_words(shop: Shop) -> list[RuleInWords]:
    """In their order."""
    window, useful = shop.window_hours, shop.useful_minutes
    words = {
        1: "A valid number that can get texts: not hidden, not a landline, not one of your own lines.",
        2: "They called or texted you, or gave consent another way, and have not asked for no more texts. Nobody can send around this.",
        3: "Staff, vendors and spam get nothing, and their calls open no lead. Phones on which the office is alerted are on the list by themselves.",
        4: f"While a payment is past due automation goes on for {shop.grace_days} days; texts of visits that were booked before go on after that.",
        5: MODES[shop.mode],
        6: "Automation falls silent in a thread that somebody of the office has, for a homeowner for whom it is paused, and once the lead has ended.",
        7: f"One first reply in {window} h, however often they ring; at most {CAP} texts without an answer in 24 h, {STRICT_CAP} in Florida, Maryland, Oklahoma and Oregon; one follow-up before they reply.",
        8: f"The visit has not moved, the lead has not moved on, and a first reply is at most {_span(useful)} late. A follow-up waits until the first reply has been out for a while.",
        9: f"{AFTER_HOURS[shop.after_hours]} {_while_closed(shop)}",
        10: f"By their address and their number; where the two differ both must allow it. {AT_NIGHT[shop.at_night]}",
        11: "No field is left empty, and the first text to somebody names the shop and says how to stop.",
        12: "Nothing may be on its way for more than half a minute: a STOP or a moved visit is waited for.",
    }
    return [RuleInWords(rule, RULE_NAMES[rule], words[rule]) for rule in sorted(words)]


def states_in_words() -> list[StateInWords]:
    """The federal rule first, then the stricter states by their letters."""
    return [_state("Everywhere else", FEDERAL), *(_state(name, STATES[name]) for name in sorted(STATES))]


def hours_at(state: str | None) -> PlaceInWords:
    """When a text may arrive there: the state's own hours where they are stricter than the federal ones."""
    found = STATES.get(state or "", FEDERAL)
    never = [words for words, off in (("Sundays", found.sunday is None), ("holidays", not found.on_holidays)) if off]
    spans = tuple(_grouped(found)) + ((f"never on {' and '.join(never)}",) if never else ())
    return PlaceInWords(spans, found.source, f"{found.looked_at:%b %Y}", found is not FEDERAL)


def _grouped(state: State) -> Iterator[str]:
    """Days with the same hours together."""
    days: Sequence[tuple[str, Window | None]] = (
        ("Mon–Fri", state.weekdays),
        ("Sat", state.saturday),
        ("Sun", state.sunday),
    )
    if state.weekdays == state.saturday == state.sunday:
        days = (("every day", state.weekdays),)
    elif state.weekdays == state.saturday:
        days = (("Mon–Sat", state.weekdays), ("Sun", state.sunday))
    yield from (
        f"{_hours(window)} {words}" if words == "every day" else f"{words} {_hours(window)}"
        for words, window in days
        if window
    )


def _while_closed(shop: Shop) -> str:
    held = [words for text_class, words in CLASSES.items() if text_class in shop.held_while_closed]
    sent = [words for text_class, words in CLASSES.items() if text_class not in shop.held_while_closed]
    told = [f"{_listed(held)} wait until you open."] if held else []
    told += [f"{_listed(sent)} leave while you are closed too."] if sent else []
    return " ".join(told)


def _listed(words: list[str]) -> str:
    return " and ".join(words).capitalize()


def _state(name: str, state: State) -> StateInWords:
    holidays = "as any day" if state.on_holidays else "none"
    return StateInWords(
        name, _hours(state.weekdays), _hours(state.saturday), _hours(state.sunday), holidays, f"{state.source}; {state.looked_at:%b %Y}"
    )  # fmt: skip


def _hours(window: Window | None) -> str:
    return "none" if window is None else f"{_hour(window[0])}–{_hour(window[1])}"


def _hour(hour: int) -> str:
    return "noon" if hour == NOON else f"{hour % NOON} {'AM' if hour < NOON else 'PM'}"


def _span(minutes: int) -> str:
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
