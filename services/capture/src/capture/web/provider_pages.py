"""`/settings/providers`: accounts at carriers. A secret that was stored is never shown again, to nobody."""

from typing import Any, Final, NamedTuple

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from capture.app import change_accounts
from capture.app.change_settings import UnknownShop
from capture.app.read_settings import Settings
from capture.domain import moments
from capture.web.office import Office, StaffRequest, not_found, typed
from capture.web.panels import Panel, Tried, panel
from capture.web.saving import save
from chassis.people import Permission
from chassis.web.pages import staff_page

HERE: Final = "/settings/providers"
KEYWORDS: Final = {
    "provider": ("Twilio answers them", "Twilio’s own default: it confirms STOP and blocks further texts by itself. We record it and stay silent."),
    "ours": ("CallSnare answers them", "Only when you have switched Twilio’s handling off for this account (advanced opt-out)."),
}  # fmt: skip


class Card(NamedTuple):
    """An account as it is shown: `test` is a chip's colour, icon and words, and what the carrier said."""

    account: str
    api: str | None
    secrets: int
    keywords: Panel
    secret: Panel
    numbers: list[str]
    test: tuple[str, str, str]
    said: str


def cards(settings: Settings, office: Office, tried: Tried | None) -> list[Card]:
    shop, now, found = settings.shop, office.now(), []
    for each in shop.providers:
        part, mine = (
            f"account {each.kind} {each.account}",
            [line.number for line in shop.numbers if line.account == each.account],
        )
        known = settings.accounts.get(each.account)
        keywords = panel(
            settings,
            part,
            values={"keywords": each.keywords},
            now=now,
            tried=tried,
            labels={"keywords": "Carrier words"},
        )
        secret = panel(settings, f"secret {each.account}", values={}, now=now, tried=tried)
        test, said = ("office", "circle-alert", "Not tested"), "Not tested yet with the secret that is in use."
        if known is not None and known.trouble:
            test, said = ("bad", "triangle-alert", "Does not work"), known.trouble
        elif known is not None:
            lacking = [moments.phone(number) for number in mine if number not in known.listed]
            test, said = (
                ("good", "check", "Works"),
                f"The carrier took the secret and lists {len(known.listed)} of its numbers.",
            )
            said += f" {', '.join(lacking)} is not among them: buy it there or move it there." if lacking else ""
        if known is not None:
            said = f"{moments.told(known.checked_at, zone=shop.zone, now=now)}: {said}"
        numbers = [moments.phone(number) for number in mine]
        found.append(
            Card(each.account, each.api, settings.secrets.get(each.account, 0), keywords, secret, numbers, test, said)
        )
    return found


def show(
    request: StaffRequest, office: Office, settings: Settings, tried: Tried | None = None, status: int = 200
) -> Template:
    hidden = tried
    if tried is not None:  # a secret is never sent back, not even to whoever has just typed it
        hidden = Tried(part=tried.part, typed={**tried.typed, "secret": ""}, errors=tried.errors, stale=tried.stale)
    return staff_page(
        request, "settings_providers.html", current="settings", setting="providers", status=status, organization=settings.shop, saved=request.query_params.get("saved", ""),
        cards=cards(settings, office, hidden), hosts=office.hosts, words=KEYWORDS,
        new=panel(settings, "new", values={"keywords": "provider"}, now=office.now(), tried=hidden),
    )  # fmt: skip


@get(HERE, opt={"needs": Permission.ADMINISTER})
async def see_accounts(request: StaffRequest, office: NamedDependency[Office]) -> Template:
    return show(request, office, await office.settings(request))


@post(HERE, opt={"needs": Permission.ADMINISTER})
async def add_account(request: StaffRequest, office: NamedDependency[Office]) -> Response[Any]:
    form = await typed(request)
    return await save(
        request, office, part="new", typed=form, show=show, done=HERE, adds=True,
        draft=lambda state: change_accounts.add_account(state, form, keys=office.keys, hosts=office.hosts),
    )  # fmt: skip


@post(f"{HERE}/{{account:str}}/secret", opt={"needs": Permission.ADMINISTER})
async def new_secret(request: StaffRequest, office: NamedDependency[Office], account: FromPath[str]) -> Response[Any]:
    form = await typed(request)
    return await save(
        request, office, part=f"secret {account}", typed=form, show=show, done=HERE, adds=True,
        draft=lambda state: change_accounts.new_secret(state, account, form, keys=office.keys),
    )  # fmt: skip


@post(f"{HERE}/{{account:str}}/drop-old", opt={"needs": Permission.ADMINISTER})
async def drop_old(request: StaffRequest, office: NamedDependency[Office], account: FromPath[str]) -> Response[Any]:
    return await save(
        request, office, part=f"secret {account}", typed={}, show=show, done=HERE, adds=True,
        draft=lambda state: change_accounts.drop_old_secret(state, account),
    )  # fmt: skip


@post(f"{HERE}/{{account:str}}/keywords", opt={"needs": Permission.ADMINISTER})
async def save_keywords(
    request: StaffRequest, office: NamedDependency[Office], account: FromPath[str]
) -> Response[Any]:
    form = await typed(request)
    return await save(
        request, office, part=f"account {change_accounts.TWILIO} {account}", typed=form, show=show, done=HERE,
        draft=lambda state: change_accounts.change_keywords(state, account, form),
    )  # fmt: skip


@post(f"{HERE}/{{account:str}}/remove", opt={"needs": Permission.ADMINISTER})
async def remove_account(
    request: StaffRequest, office: NamedDependency[Office], account: FromPath[str]
) -> Response[Any]:
    return await save(
        request, office, part=f"account {change_accounts.TWILIO} {account}", typed={}, show=show, done=HERE, adds=True,
        draft=lambda state: change_accounts.remove_account(state, account),
    )  # fmt: skip


@post(f"{HERE}/{{account:str}}/test", opt={"needs": Permission.ADMINISTER})
async def test_account(request: StaffRequest, office: NamedDependency[Office], account: FromPath[str]) -> Response[Any]:
    """Really asks the carrier; what it said stands on the page that follows."""
    try:
        await office.check(organization_id=request.user.organization_id, account=account, now=office.now())
    except UnknownShop as error:
        raise not_found() from error
    back = (await typed(request)).get("back", "")
    return Redirect(back if back in (HERE, "/settings/go-live", "/setup/number") else HERE, status_code=303)


ROUTES: Final = (see_accounts, add_account, new_secret, drop_old, save_keywords, remove_account, test_account)
