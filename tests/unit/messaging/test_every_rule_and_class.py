"""Every cell of the product's matrix: what each rule's trouble makes of a text of each class, and of nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from messaging.domain.decide import decide
from messaging.domain.hours import week
from messaging.domain.matrix import TextClass
from messaging.domain.quiet_hours import Place

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
AUCKLAND = (Place("Pacific/Auckland", None),)  # where it is 7 AM
ON_WEDNESDAYS = week({"wed": ((540, 1020),)})

# s suppressed, a asks first, h held, w leaves in the after-hours wording, - leaves as if nothing were.
EFFECTS = """
rule            1  2  2c 3  4  5p 5a 6  6c 7  8  9  10 11 12
first_reply     s  s  s  s  s  s  a  s  s  s  s  w  h  s  h
follow_up       s  s  s  s  s  s  a  s  s  s  s  h  h  s  h
response        s  s  s  s  s  s  a  s  s  s  s  -  h  s  h
slot_offer      s  s  s  s  s  s  a  s  s  s  s  -  h  s  h
confirmation    s  s  s  -  s  s  a  -  -  -  s  -  h  s  h
change_notice   s  s  s  -  s  s  a  -  -  -  s  -  h  s  h
cancel_notice   s  s  s  -  s  s  a  -  -  -  s  -  h  s  h
reminder        s  s  s  -  s  s  a  -  -  -  s  -  h  s  h
on_my_way       s  s  s  -  s  s  -  -  -  -  s  -  -  s  h
review_request  s  s  s  s  s  s  a  s  -  s  s  h  h  s  h
staff           s  s  -  -  s  -  -  -  -  -  -  -  -  s  -
compliance      s  -  -  -  -  -  -  -  -  -  -  -  -  s  -
safety          s  s  -  -  -  -  -  -  -  -  -  -  -  s  -
staff_alert     s  s  s  -  -  -  -  -  -  -  s  -  -  s  -
"""

TROUBLES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # by the table's heads: the message, the context
    "1": ({}, {"homeowner__trouble": "landline"}),
    "2": ({}, {"homeowner__opted_out_at": NOON}),
    "2c": ({}, {"homeowner__consented": False}),
    "3": ({}, {"homeowner__ignored": True}),
    "4": ({}, {"shop__billing": "unpaid"}),
    "5p": ({}, {"shop__mode": "preview"}),
    "5a": ({}, {"shop__mode": "approval"}),
    "6": ({}, {"lead__office_owns": True}),
    "6c": ({"planned_in_status": None}, {"lead__status": "closed"}),
    "7": ({}, {"history__unanswered_in_a_day": 5}),
    "8": ({"moment_passes_at": NOON}, {}),
    "9": ({"body_after_hours": "Northside is closed. STOP opts out."}, {"shop__hours": ON_WEDNESDAYS}),
    "10": ({}, {"homeowner__places": AUCKLAND}),
    "11": ({"body": "Hello {name}"}, {}),
    "12": ({}, {"known__inbound_until": NOON - timedelta(seconds=31)}),
}
OUTCOMES = {"s": "suppress", "a": "await_approval", "h": "hold", "w": "send", "-": "send"}


def _cells() -> list[tuple[str, str, str]]:
    heads, *rows = (line.split() for line in EFFECTS.strip().splitlines())
    return [(row[0], head, effect) for row in rows for head, effect in zip(heads[1:], row[1:], strict=True)]


def test_the_table_speaks_of_every_class() -> None:
    assert {text_class for text_class, _, _ in _cells()} == set(get_args(TextClass))


@pytest.mark.parametrize(("text_class", "head", "effect"), _cells())
def test_a_trouble_does_to_a_class_what_the_table_says(
    message: Any, context: Any, text_class: TextClass, head: str, effect: str
) -> None:
    says, facts = TROUBLES[head]
    decision = decide(message(text_class, **says), context(**facts), NOON)
    rule = int(head.rstrip("pac"))
    if (text_class, head) == ("first_reply", "6c"):
        assert decision.deciding_rules == (6,)  # rule 8 says so too, but the lower number is told
    assert decision.outcome == OUTCOMES[effect]
    looked = decision.findings[rule - 1]
    assert looked.passed == (effect in "w-")
    assert decision.deciding_rules == (() if looked.passed else (rule,))
    if decision.outcome == "send":
        assert decision.verdict.wording == ("after_hours" if effect == "w" else "planned")  # type: ignore[union-attr]
    assert all(each.fact and each.name for each in decision.findings)


ANSWERS = """
class           9  10
response        -  -
slot_offer      -  -
confirmation    -  -
change_notice   -  -
cancel_notice   -  -
reminder        -  h
first_reply     w  h
follow_up       h  h
review_request  h  h
"""


@pytest.mark.parametrize(("text_class", "nine", "ten"), [line.split() for line in ANSWERS.strip().splitlines()[1:]])
def test_an_answer_to_a_text_of_the_last_quarter_of_an_hour(
    message: Any, context: Any, text_class: TextClass, nine: str, ten: str
) -> None:
    for head, effect in (("9", nine), ("10", ten)):
        says, facts = TROUBLES[head]
        just_in_time = message(text_class, answers_at=NOON - 15 * MINUTE, **says)
        assert decide(just_in_time, context(**facts), NOON).outcome == OUTCOMES[effect]
        if head == "10" and effect == "-":
            too_late = message(text_class, answers_at=NOON - 16 * MINUTE, **says)
            assert decide(too_late, context(**facts), NOON).outcome == "hold"


def test_the_test_of_going_live_leaves_in_any_mode_and_from_the_ignore_list(message: Any, context: Any) -> None:
    own_phone = "+13125550199"
    trial = {"shop__trial_phone": own_phone, "shop__trial_until": NOON + MINUTE, "shop__mode": "preview", "homeowner__ignored": True}  # fmt: skip
    assert decide(message(), context(**trial), NOON).outcome == "send"
    assert decide(message(), context(**trial, homeowner__number="+13125550111"), NOON).outcome == "suppress"
    assert decide(message("follow_up"), context(**trial), NOON).outcome == "suppress"
    assert decide(message(), context(**{**trial, "shop__trial_until": NOON}), NOON).outcome == "suppress"
    assert decide(message(), context(**trial, homeowner__opted_out_at=NOON), NOON).outcome == "suppress"
