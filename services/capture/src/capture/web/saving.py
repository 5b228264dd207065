"""A posted form: saved and led back, or shown again with all that was typed."""

from collections.abc import Callable
from typing import Any

from litestar import Response
from litestar.response import Redirect, Template

from capture.app.change_settings import NotAccepted, StaleForm, UnknownShop
from capture.app.read_settings import Settings
from capture.app.shop_state import ShopState
from capture.web.office import Office, StaffRequest, Typed, not_found, version
from capture.web.panels import Tried

Show = Callable[[StaffRequest, Office, Settings, Tried | None, int], Template]
"""Draws the page: with what was tried, under this status."""
NOT_VALID, CHANGED_MEANWHILE = 422, 409


async def save(
    request: StaffRequest,
    office: Office,
    *,
    part: str,
    typed: Typed,
    draft: Callable[[ShopState], ShopState],
    show: Show,
    done: str,
    adds: bool = False,
) -> Response[Any]:
    """`done` is the page that follows; `adds`: it adds to a list or takes from it, so that no version counts."""
    edit = office.edit(request, part, None if adds else version(typed))
    try:
        await office.change(edit, draft)
    except NotAccepted as error:
        return await again(request, office, show, Tried(part=part, typed=typed, errors=error.errors), NOT_VALID)
    except StaleForm as error:
        return await again(request, office, show, Tried(part=part, typed=typed, stale=error), CHANGED_MEANWHILE)
    except UnknownShop as error:
        raise not_found() from error
    return saved(done, part)


async def again(request: StaffRequest, office: Office, show: Show, tried: Tried, status: int) -> Response[Any]:
    """The page as it stands now, with what was typed in its form."""
    return show(request, office, await office.settings(request), tried, status)


def saved(done: str, part: str) -> Response[Any]:
    """Led back: a reload of the page sends nothing again."""
    return Redirect(f"{done}{'&' if '?' in done else '?'}saved={part.partition(' ')[0]}", status_code=303)
