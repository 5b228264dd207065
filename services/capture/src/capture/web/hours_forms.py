"""The hours form: rows of times as they were typed, and what its buttons do before anything is saved."""

from collections.abc import Mapping, Sequence
from typing import Final

from litestar.datastructures import FormMultiDict

from capture.domain import opening
from capture.domain.opening import DAYS
from contracts.organizations import Span, Weekday

Rows = Mapping[str, list[tuple[str, str]]]
"""By weekday, for open days: opens and closes, as typed."""
TARGETS: Final = {"weekdays": DAYS[:5], "all": DAYS}
FRESH: Final = ("8:00 AM", "5:00 PM")


def stands(week: Mapping[Weekday, Sequence[Span]]) -> dict[str, list[tuple[str, str]]]:
    """The form's rows for what is saved."""
    return {
        day: [(opening.written(each.start), opening.written(each.end)) for each in spans]
        for day, spans in week.items()
        if spans
    }


def read(form: FormMultiDict) -> dict[str, list[tuple[str, str]]]:
    """A day that is switched off counts as closed, whatever stands beside it."""
    rows: dict[str, list[tuple[str, str]]] = {}
    for day in DAYS:
        if form.get(f"open-{day}") is not None:
            opens, closes = ([str(each) for each in form.getall(f"{day}-{side}", [])] for side in ("from", "to"))
            rows[day] = list(zip(opens, closes, strict=False)) or [FRESH]
    return rows


def pressed(rows: Rows, wish: str, form: Mapping[str, object]) -> dict[str, list[tuple[str, str]]]:
    """`add mon` adds a span to Monday, `copy` lays one day's rows over others; nothing is saved by it."""
    changed = {day: list(spans) for day, spans in rows.items()}
    verb, _, day = wish.partition(" ")
    if verb == "add" and day in DAYS and len(changed.get(day, [])) < opening.MOST_SPANS:
        changed.setdefault(day, []).append(("", "") if changed.get(day) else FRESH)
    source = str(form.get("copy-from", ""))
    if verb == "copy" and source in DAYS:
        for target in TARGETS.get(str(form.get("copy-to", "")), ()):
            changed.pop(target, None) if source not in rows else changed.update({target: list(rows[source])})
    return changed


def words(rows: Sequence[tuple[str, str]]) -> str:
    """A day in a line, as typed."""
    return ", ".join(f"{opens.strip()}–{closes.strip()}" for opens, closes in rows) or "Closed"


def bars(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Spans as hours from midnight for the picture; what cannot be read draws nothing."""
    try:
        return [(f"{start / 60:g}", f"{end / 60:g}") for start, end in opening.read_day(rows)]
    except opening.HoursError:
        return []
