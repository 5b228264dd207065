"""A text about a visit that cannot leave before it asks the office to call, unless nobody is to get such a text."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest

from messaging.domain.context import Context, Message
from messaging.domain.decide import decide
from messaging.domain.matrix import VISIT_TEXTS, TextClass
from messaging.domain.verdicts import Hold, Suppress
from messaging.domain.visit_calls import asks_for_a_call

SCHEDULED = {"known__visit_version": 1, "known__visit_status": "scheduled"}


@pytest.fixture
def asks(message: Callable[..., Message], context: Callable[..., Context], noon: datetime) -> Callable[..., bool]:
    def look(text_class: str, changes: dict[str, Any], **about: Any) -> bool:
        text = message(text_class, **{"visit_version": 1, **about})
        heard = {"known__inbound_until": noon, "known__bookings_until": noon}
        return asks_for_a_call(text, decide(text, context(**{**heard, **SCHEDULED, **changes}), noon))

    return look


@pytest.mark.parametrize("text_class", get_args(TextClass))
def test_only_texts_about_a_visit_ahead_ask_for_a_call(
    asks: Callable[..., bool], noon: datetime, text_class: str
) -> None:
    status = {"cancel_notice": "cancelled", "review_request": "completed"}.get(text_class, "scheduled")
    changes = {"homeowner__opted_out_at": noon, "known__visit_status": status}
    assert asks(text_class, changes) is (text_class in VISIT_TEXTS)


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"homeowner__trouble": "landline"}, True),
        ({"homeowner__consented": False}, True),
        ({"shop__billing": "canceled"}, True),
        ({"stops__lines": {"+13125550123": "not registered"}}, True),
        ({}, False),
        ({"known__visit_version": 2}, False),
        ({"known__visit_status": "cancelled"}, False),
        ({"known__visit_version": 2, "homeowner__trouble": "landline"}, False),
        ({"shop__mode": "preview"}, False),
        ({"shop__mode": "approval"}, False),
    ],
)
def test_not_where_the_visit_changed_or_no_text_is_wanted(
    asks: Callable[..., bool], changes: dict[str, Any], wanted: bool
) -> None:
    assert asks("reminder", changes) is wanted


def test_not_for_a_kind_that_is_switched_off(
    message: Callable[..., Message], context: Callable[..., Context], noon: datetime
) -> None:
    text = message("reminder", template="reminder", visit_version=1)
    off = context(known__bookings_until=noon, **SCHEDULED)
    decision = decide(text, Context(**{**{name: getattr(off, name) for name in off.__slots__}, "templates_off": frozenset({"reminder"})}), noon)  # fmt: skip
    assert decision.verdict == Suppress(5)
    assert not asks_for_a_call(text, decision)


def test_a_moment_that_passed_while_the_visit_stands_asks(asks: Callable[..., bool], noon: datetime) -> None:
    assert asks("reminder", {}, moment_passes_at=noon)


def test_what_would_be_held_beyond_its_moment_is_told_at_once(
    message: Callable[..., Message], context: Callable[..., Context], noon: datetime
) -> None:
    night = noon + timedelta(hours=10)  # 10 PM; quiet until 8 AM
    heard = {"known__inbound_until": night, "known__bookings_until": night}
    for ends, verdict in ((9, Suppress(10)), (10, Suppress(10)), (11, Hold(night + timedelta(hours=10), (10,)))):
        text = message("confirmation", visit_version=1, moment_passes_at=night + timedelta(hours=ends))
        decision = decide(text, context(**heard, **SCHEDULED), night)
        assert decision.verdict == verdict
        assert asks_for_a_call(text, decision) is isinstance(verdict, Suppress)
        if isinstance(verdict, Suppress):
            told = "Not sent — quiet hours in Illinois, by the number, and its moment passes meanwhile"
            assert decision.sentence == told
