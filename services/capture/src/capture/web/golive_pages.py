"""`/settings/go-live`: the automation mode, what is proven, the test on one's own phone, how a missed call is answered, and
when a silent lead closes.
"""

from collections.abc import Callable
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Template

from capture.app import change_shop_facts
from capture.app.change_settings import NotAccepted, StaleForm
from capture.app.go_live import NotReady
from capture.app.read_settings import Settings
from capture.app.shop_state import ShopState
from capture.domain import moments
from capture.web.office import Office, StaffRequest, Typed, typed, version
from capture.web.panels import Tried, panel
from capture.web.saving import CHANGED_MEANWHILE, NOT_VALID, again, save, saved
from chassis.people import Permission
from chassis.web.pages import staff_page
from contracts.organizations import OrganizationChanged

HERE: Final = "/settings/go-live"
MODES: Final = {
    "preview": ("eye", "Preview", "Nothing is sent. Each thread shows “would have sent”, so you can judge it first."),
    "approval": ("check-check", "Ask first", "Each text waits in Approvals until somebody in the office says yes."),
    "live": ("zap", "Live", "Texts leave by themselves in seconds, when every rule allows it."),
}  # fmt: skip
LABELS: Final = {
    "window_hours": "One first reply every",
    "after_hours": "When the shop is closed",
    "at_night": "At night",
    "useful_minutes": "Still useful for",
}
AFTER_HOURS: Final = {
    "template": ("Send the after-hours words", "Says that you are closed and when somebody answers."),
    "send": ("Send as if open", "Right where somebody always answers texts."),
    "hold": ("Wait until you open", "The text leaves when the shop opens, if it is still useful then."),
}  # fmt: skip
WHILE_CLOSED: Final = {
    "response": ("Answers by rule", "An answer within 15 minutes of the homeowner’s own text leaves in any case: somebody is waiting for it."),
    "follow_up": ("Follow-ups", "To homeowners who did not answer the first reply."),
}  # fmt: skip
OUTSIDE_HOURS: Final = {"send": "Leave while you are closed too", "hold": "Wait until you open"}
DOING: Final[dict[str, tuple[str, str]]] = {
    "hours": ("/settings/hours", "Set hours"), "line": ("/settings/numbers", "See numbers"), "account": ("/settings/providers", "Test it"),
    "registration": ("/settings/numbers", "Note the state"), "words": ("/settings/templates", "Mend the words"), "trial": ("#trial", "Try it"),
}  # fmt: skip


def show(
    request: StaffRequest, office: Office, settings: Settings, tried: Tried | None = None, status: int = 200
) -> Template:
    values, now = reply_of(settings.shop), office.now()
    return staff_page(
        request, "settings_golive.html", current="settings", setting="automation", status=status, organization=settings.shop, saved=request.query_params.get("saved", ""),
        mode=panel(settings, "automation", values={"mode": settings.shop.automation}, now=now, tried=tried, labels={"mode": "Mode"}),
        reply=panel(settings, "first_reply", values=values, now=now, tried=tried, labels=LABELS),
        closed=panel(settings, "while_closed", values=closed_of(settings.shop), now=now, tried=tried, labels={name: words for name, (words, _) in WHILE_CLOSED.items()}),
        silence=panel(settings, "silence", values=silence_of(settings.shop), now=now, tried=tried, labels={"silent_days": "Days of silence"}),
        while_closed=WHILE_CLOSED, outside_hours=OUTSIDE_HOURS,
        trial=panel(settings, "trial", values={"phone": _own_phone(settings)}, now=now, tried=tried),
        cards=MODES, checks=settings.checks, left=settings.left, doing=DOING, after_hours=AFTER_HOURS,
        lines=[moments.phone(each.number) for each in settings.shop.numbers], asks_reason=_asks_reason(settings, tried),
        awaited=settings.trial is not None and now < settings.trial.until and settings.trial.delivered_at is None,
    )  # fmt: skip


def reply_of(shop: OrganizationChanged) -> dict[str, str]:
    """The form's values."""
    reply = shop.first_reply
    return {
        "window_hours": str(reply.window_hours), "after_hours": reply.after_hours, "at_night": reply.at_night, "useful_minutes": str(reply.useful_minutes),
    }  # fmt: skip


def closed_of(shop: OrganizationChanged) -> dict[str, str]:
    """The form's values."""
    return {"response": shop.while_closed.response, "follow_up": shop.while_closed.follow_up}


def silence_of(shop: OrganizationChanged) -> dict[str, str]:
    """The form's values."""
    return {"silent_days": str(shop.silent_days)}


def _own_phone(settings: Settings) -> str:
    return moments.phone(settings.trial.phone) if settings.trial else ""


def _asks_reason(settings: Settings, tried: Tried | None) -> bool:
    """Live was asked for while something is unproven."""
    return bool(
        settings.left and tried is not None and tried.part == "automation" and tried.typed.get("mode") == "live"
    )


@get(HERE, opt={"needs": Permission.SETTINGS_VIEW})
async def see_go_live(request: StaffRequest, office: NamedDependency[Office]) -> Template:
    return show(request, office, await office.settings(request))


@post(HERE, opt={"needs": Permission.SETTINGS_CHANGE})
async def set_mode(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    form = await typed(request)
    try:
        edit = office.edit(request, "automation", version(form))
        await office.automation(edit, mode=form.get("mode", ""), reason=form.get("reason", ""))
    except NotReady as error:
        words = f"{len(error.left)} of the checks below have not passed. Do them first, or say why you go live all the same."
        tried = Tried(part="automation", typed=form, errors={"": words})
        return await again(request, office, show, tried, NOT_VALID)
    except NotAccepted as error:
        return await again(request, office, show, Tried(part="automation", typed=form, errors=error.errors), NOT_VALID)
    except StaleForm as error:
        return await again(request, office, show, Tried(part="automation", typed=form, stale=error), CHANGED_MEANWHILE)
    return saved(HERE, "automation")


@post(f"{HERE}/first-reply", opt={"needs": Permission.SETTINGS_CHANGE})
async def save_first_reply(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    form = await typed(request)
    form.setdefault("at_night", "hold")  # a switch that is off is not in the form
    return await _save(request, office, "first_reply", form, change_shop_facts.first_reply)


@post(f"{HERE}/while-closed", opt={"needs": Permission.SETTINGS_CHANGE})
async def save_while_closed(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    return await _save(request, office, "while_closed", await typed(request), change_shop_facts.while_closed)


@post(f"{HERE}/silence", opt={"needs": Permission.SETTINGS_CHANGE})
async def save_silence(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    return await _save(request, office, "silence", await typed(request), change_shop_facts.silence)


async def _save(
    request: StaffRequest, office: Office, part: str, form: Typed, change: Callable[[ShopState, Typed], ShopState]
) -> Response[Any]:
    return await save(
        request, office, part=part, typed=form, draft=lambda state: change(state, form), show=show, done=HERE
    )


@post(f"{HERE}/trial", opt={"needs": Permission.SETTINGS_CHANGE})
async def start_trial(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    form = await typed(request)
    try:
        await office.trial(office.edit(request, "trial", None), typed=form.get("phone", ""))
    except NotAccepted as error:
        return await again(request, office, show, Tried(part="trial", typed=form, errors=error.errors), NOT_VALID)
    return saved(HERE, "trial")


ROUTES: Final = (see_go_live, set_mode, save_first_reply, save_while_closed, save_silence, start_trial)
