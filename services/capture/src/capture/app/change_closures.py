"""Closed days: typed ones come and go by hand; switched-on holidays are laid out for the years ahead."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Final

import holidays as calendars
import msgspec

from capture.app.change_settings import NotAccepted, UnknownShop
from capture.app.shop_state import ShopState
from capture.domain import closures
from capture.domain.closures import ClosedDays, ClosureError
from contracts.organizations import Closure, OrganizationChanged

YEARS_AHEAD: Final = 2
MOST: Final = 60


def add_closure(state: ShopState, typed: Mapping[str, str], *, today: date) -> ShopState:
    """Fields `name`, `first`, `last`. Raises NotAccepted."""
    try:
        new = closures.typed(
            name=typed.get("name", ""), first=typed.get("first", ""), last=typed.get("last", ""), today=today
        )
    except ClosureError as error:
        raise NotAccepted({error.field: str(error)}) from error
    known = [_days(each) for each in state.snapshot.closures]
    if new in known:
        return state
    twice = closures.overlapping(new, known)
    if twice is not None:
        raise NotAccepted({"first": f"“{twice.name}” holds some of these days already."})
    if sum(each.holiday is None for each in known) >= MOST:
        raise NotAccepted({"name": f"At most {MOST} closed days at a time: remove those that are over."})
    return _with(state, [*known, new], state.snapshot.holidays, today)


def remove_closure(state: ShopState, *, name: str, first: str, today: date) -> ShopState:
    """Gone already is as good as gone."""
    known = [_days(each) for each in state.snapshot.closures]
    rest = [each for each in known if (each.name, each.first_day.isoformat(), each.holiday) != (name, first, None)]
    return _with(state, rest, state.snapshot.holidays, today)


def switch_holidays(state: ShopState, chosen: Collection[str], *, today: date) -> ShopState:
    """Which federal holidays the shop is closed on, this year and every year."""
    offered = {name for _, name in federal(today)}
    unknown = sorted(set(chosen) - offered)
    if unknown:
        raise UnknownShop(unknown[0])
    kept = [each for each in state.snapshot.holidays if each not in offered]
    return _with(state, map(_days, state.snapshot.closures), [*kept, *sorted(chosen)], today)


def laid_out_anew(shop: OrganizationChanged, *, today: date) -> OrganizationChanged:
    """With the switched-on holidays of the years ahead; the same where nothing is to be added or dropped."""
    known = map(_days, shop.closures)
    return msgspec.structs.replace(shop, closures=_laid_out(known, shop.holidays, today))


def federal(today: date) -> list[tuple[date, str]]:
    """Federal holidays from this year on, as the calendar names them; observed days are days of their own."""
    years = range(today.year, today.year + YEARS_AHEAD + 1)
    return sorted(calendars.country_holidays("US", years=years).items())


def _with(state: ShopState, known: Iterable[ClosedDays], chosen: Iterable[str], today: date) -> ShopState:
    names = tuple(chosen)
    laid_out = _laid_out(known, names, today)
    return state._replace(snapshot=msgspec.structs.replace(state.snapshot, closures=laid_out, holidays=names))


def _laid_out(known: Iterable[ClosedDays], chosen: Collection[str], today: date) -> tuple[Closure, ...]:
    typed = [each for each in known if each.holiday is None]
    every = closures.kept([*typed, *closures.laid_out(chosen, federal(today))], today=today)
    return tuple(
        Closure(name=each.name, first_day=each.first_day, last_day=each.last_day, holiday=each.holiday)
        for each in sorted(every, key=lambda each: (each.first_day, each.name))
    )


def _days(closure: Closure) -> ClosedDays:
    return ClosedDays(closure.name, closure.first_day, closure.last_day, closure.holiday)
