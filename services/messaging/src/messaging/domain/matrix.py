"""Which rule looks at which class of text: the table of the product, as data."""

from typing import Final, Literal

TextClass = Literal[
    "first_reply",
    "follow_up",
    "response",
    "slot_offer",
    "confirmation",
    "change_notice",
    "cancel_notice",
    "reminder",
    "on_my_way",
    "review_request",
    "staff",
    "compliance",
    "safety",
    "staff_alert",
]
RULES: Final = tuple(range(1, 13))
RULE_NAMES: Final[dict[int, str]] = {
    1: "Number can be texted",
    2: "May be texted",
    3: "Not on your ignore list",
    4: "Plan is active",
    5: "Automation is live",
    6: "Automation may speak",
    7: "Not texted too often",
    8: "Still true",
    9: "Business hours",
    10: "Quiet hours where they live",
    11: "The words are complete",
    12: "Up to date with the carrier",
}

_ALL: Final = frozenset(RULES)
_VISIT: Final = frozenset({1, 2, 4, 5, 8, 10, 11, 12})
MATRIX: Final[dict[TextClass, frozenset[int]]] = {
    "first_reply": _ALL,
    "follow_up": _ALL,
    "response": _ALL,
    "slot_offer": _ALL,
    "confirmation": _VISIT,
    "change_notice": _VISIT,
    "cancel_notice": _VISIT,
    "reminder": _VISIT,
    "on_my_way": frozenset({1, 2, 4, 5, 8, 11, 12}),
    "review_request": _ALL,
    "staff": frozenset({1, 2, 4, 11}),
    "compliance": frozenset({1, 11}),
    "safety": frozenset({1, 2, 11}),
    "staff_alert": frozenset({1, 2, 8, 11}),
}

NO_CONSENT_NEEDED: Final[frozenset[TextClass]] = frozenset({"staff", "safety"})
"""Rule 2 looks at the opt-out only."""
AUTOMATED: Final[frozenset[TextClass]] = frozenset(name for name, rules in MATRIX.items() if 5 in rules)  # noqa: PLR2004 -- rule 5
"""What automation writes: the first such text to a homeowner names the shop and says how to stop."""
VISIT_TEXTS: Final[frozenset[TextClass]] = frozenset(
    {"confirmation", "change_notice", "cancel_notice", "reminder", "on_my_way"}
)
"""About a visit ahead: where one cannot leave, somebody has to call."""
PREVIEW_ONLY: Final[frozenset[TextClass]] = frozenset({"on_my_way"})
"""Rule 5 stops these in preview and lets them pass in approval: a person pressed the button."""
OFFICE_AND_PAUSE_ONLY: Final[frozenset[TextClass]] = frozenset({"review_request"})
"""Rule 6 looks at the pause and the office's hold, not at the lead's end."""
BY_STATUS: Final[frozenset[TextClass]] = frozenset({"first_reply", "follow_up", "response", "slot_offer"})
"""Rule 8 wants the lead in the status that planned them."""
CAPPED: Final[frozenset[TextClass]] = frozenset(
    {"first_reply", "follow_up", "response", "slot_offer", "review_request"}
)
"""Those that rule 7 looks at; they count towards its cap."""
HEARD_FIRST: Final[frozenset[TextClass]] = frozenset(name for name, rules in MATRIX.items() if 12 in rules)  # noqa: PLR2004 -- rule 12
"""Those that wait until the carrier was heard recently."""

ANSWER_MINUTES: Final = 15
ANSWERS_SKIP_BOTH: Final[frozenset[TextClass]] = frozenset({"response", "slot_offer"})
"""Answers to a text of the last minutes skip rules 9 and 10."""
ANSWERS_SKIP_QUIET: Final[frozenset[TextClass]] = frozenset({"confirmation", "change_notice", "cancel_notice"})
"""Such answers skip rule 10."""
HOLDS_OUTSIDE_HOURS: Final[frozenset[TextClass]] = frozenset({"follow_up", "review_request"})
"""By default; a shop may choose otherwise for each class but the first reply, which has a setting of its own."""
