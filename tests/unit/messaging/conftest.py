"""A text that may leave on a Tuesday noon in Chicago; each test changes what it is about."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from messaging.domain.context import Context, History, Homeowner, Known, Lead, Message, Shop
from messaging.domain.hours import week
from messaging.domain.quiet_hours import Place

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
LINE = "+13125550123"
NINE_TO_FIVE = week(dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ((540, 1020),)))


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def message() -> Callable[..., Message]:
    def make(text_class: str = "first_reply", **changes: Any) -> Message:
        plain: dict[str, Any] = {
            "text_class": text_class,
            "body": "Northside here. Reply STOP to opt out.",
            "from_number": LINE,
            "planned_in_status": "new",
        }
        return Message(**{**plain, **changes})

    return make


@pytest.fixture
def context() -> Callable[..., Context]:
    """Keyword arguments are `part__field`, such as `shop__mode="preview"`; `lead=None` takes the lead away."""

    def make(**changes: Any) -> Context:
        whole = Context(
            shop=Shop(name="Northside", zone="America/Chicago", state="IL", mode="live", hours=NINE_TO_FIVE, own_numbers=frozenset({LINE})),
            homeowner=Homeowner(number="+13125550199", places=(Place("America/Chicago", "IL"),), place_words="Illinois, by the number"),
            lead=Lead(status="new"),
            history=History(),
            known=Known(inbound_until=NOON),
        )  # fmt: skip
        if "lead" in changes:
            whole = replace(whole, lead=changes.pop("lead"))
        for name, value in changes.items():
            part, _, field = name.partition("__")
            whole = replace(whole, **{part: replace(getattr(whole, part), **{field: value})})
        return whole

    return make
