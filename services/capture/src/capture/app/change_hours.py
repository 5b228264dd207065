"""When the shop is open: several spans a day, each day by itself."""

from collections.abc import Mapping, Sequence

import msgspec

from capture.app.change_settings import NotAccepted
from capture.app.shop_state import ShopState
from capture.domain import opening
from capture.domain.opening import DAYS, HoursError
from contracts.organizations import Span, Weekday

Rows = Sequence[tuple[str, str]]
"""What was typed for a day: opens and closes."""


def hours(state: ShopState, typed: Mapping[str, Rows]) -> ShopState:
    """By weekday; a day that is not there is closed. Raises NotAccepted with a sentence by day."""
    week: dict[Weekday, tuple[Span, ...]] = {}
    errors: dict[str, str] = {}
    for day in DAYS:
        try:
            spans = opening.read_day(typed.get(day, ()))
        except HoursError as error:
            errors[day] = str(error)
            continue
        if spans:
            week[day] = tuple(Span(start=start, end=end) for start, end in spans)
        elif typed.get(day):
            errors[day] = "When does it open and close? Or switch the day off."
    if errors:
        raise NotAccepted(errors)
    return state._replace(snapshot=msgspec.structs.replace(state.snapshot, hours=week))


def summary(week: Mapping[Weekday, Sequence[Span]]) -> str:
    """`Mon–Fri 8:00 AM–5:00 PM`; empty for a shop that never opens."""
    return opening.summary({day: [(each.start, each.end) for each in spans] for day, spans in week.items()})
