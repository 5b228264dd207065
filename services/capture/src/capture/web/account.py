"""`/settings/account`: one's name, password, second step, sessions, and what a device fixes."""

from typing import Any, Final
from uuid import UUID

import segno
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from capture.app.change_people import Refused
from capture.app.end_sessions import UnknownSession
from capture.app.guesses import TooManyTries
from capture.web.people import People, StaffRequest, form, moment
from capture.web.sign_in import again
from chassis.cookies import SESSION
from chassis.people import Permission
from chassis.problems import Problem
from chassis.web.pages import staff_page

HERE: Final = "/settings/account"
MINE: Final = {"needs": Permission.ACCOUNT}
DONE: Final = {
    "name": "Your name is changed.",
    "email": "Your e-mail address is changed. Sign in with it from now on.",
    "email-asked": "A link is on its way to the new address. Until it is opened you sign in with the present one.",
    "email-withdrawn": "The change is withdrawn. Its link no longer works.",
    "password": "Your password is changed. All your other devices were signed out.",
    "session": "That device is signed out.",
    "off": "The second step is off.",
}


async def show(
    people: People, request: StaffRequest, *, status: int = 200, wrong: dict[str, str] | None = None, **values: Any
) -> Template:
    """`wrong`: a sentence by the part of the page that it concerns."""
    person, now = request.user, people.now()
    email = next((each.email for each in request.auth.members if each.member_id == person.member_id), "")
    account = await people.account.look(person, email=email, now=now)
    qr = segno.make(account.scan, error="m").svg_data_uri(scale=5, border=3, light="#fff") if account.scan else None
    shown = {
        "email": email,
        "account": account,
        "pending": await people.email.pending(person, now=now),
        "mails": people.mailer.configured,
        "typed_email": "",
        "qr": qr,
        "wrong": wrong or {},
        "done": DONE.get(request.query_params.get("done", "")),
        "when": lambda at: moment(at, request.auth.zone, now=now),
        "codes": None,
        **values,
    }
    return staff_page(request, "account.html", current="settings", setting="account", status=status, **shown)


def _back(done: str) -> Response[Any]:
    return Redirect(f"{HERE}?done={done}", status_code=303)


@get(HERE, opt=MINE)
async def account(people: NamedDependency[People], request: StaffRequest) -> Response[Any]:
    return await show(people, request)


@post(f"{HERE}/name", opt=MINE, status_code=200)
async def rename(people: NamedDependency[People], request: StaffRequest) -> Response[Any]:
    try:
        await people.account.rename(request.user, name=(await form(request)).get("name", ""), now=people.now())
    except Refused as error:
        return await show(people, request, status=422, wrong={"name": str(error)})
    return _back("name")


@post(f"{HERE}/password", opt=MINE, status_code=200)
async def change_password(people: NamedDependency[People], request: StaffRequest) -> Response[Any]:
    typed = await form(request)
    try:
        await people.password.own(
            request.user, present=typed.get("present", "")[:1000], wanted=typed.get("wanted", ""), visit=people.visit(request), now=people.now(),
        )  # fmt: skip
    except Refused as error:
        return await show(people, request, status=422, wrong={"password": str(error)})
    except TooManyTries as error:
        return await show(people, request, status=429, wrong={"password": again(error.until, people.now())})
    return _back("password")


@post(f"{HERE}/second-step", opt=MINE, status_code=303)
async def begin(people: NamedDependency[People], request: StaffRequest) -> Response[Any]:
    await people.account.begin_second_step(request.user, now=people.now())
    return Redirect(f"{HERE}#second-step", status_code=303)


@post(f"{HERE}/second-step/confirm", opt=MINE, status_code=200)
async def confirm(people: NamedDependency[People], request: StaffRequest) -> Response[Any]:
    code = (await form(request)).get("code", "")[:100]
    try:
        codes = await people.account.confirm_second_step(request.user, code=code, now=people.now())
    except Refused as error:
        return await show(people, request, status=422, wrong={"code": str(error)})
    return await show(people, request, codes=codes)


async def _confirmed(people: People, request: StaffRequest) -> None:
    """Whoever walks up to an open screen knows no password."""
    typed = (await form(request)).get("present", "")[:1000]
    await people.password.confirm(request.user, password=typed, visit=people.visit(request), now=people.now())


@post(f"{HERE}/second-step/codes", opt=MINE, status_code=200)
async def new_codes(people: NamedDependency[People], request: StaffRequest) -> Response[Any]:
    try:
        await _confirmed(people, request)
        codes = await people.account.new_codes(request.user, now=people.now())
    except Refused as error:
        return await show(people, request, status=422, wrong={"second_step": str(error)})
    except TooManyTries as error:
        return await show(people, request, status=429, wrong={"second_step": again(error.until, people.now())})
    return await show(people, request, codes=codes)


@post(f"{HERE}/second-step/off", opt=MINE, status_code=200)
async def off(people: NamedDependency[People], request: StaffRequest) -> Response[Any]:
    try:
        await _confirmed(people, request)
        await people.account.drop_second_step(request.user, now=people.now())
    except Refused as error:
        return await show(people, request, status=422, wrong={"second_step": str(error)})
    except TooManyTries as error:
        return await show(people, request, status=429, wrong={"second_step": again(error.until, people.now())})
    return _back("off")


@post(HERE + "/sessions/{session_id:uuid}/end", opt=MINE, status_code=303)
async def end_session(
    people: NamedDependency[People], request: StaffRequest, session_id: FromPath[UUID]
) -> Response[Any]:
    try:
        await people.end.one(request.user, session_id=session_id, now=people.now())
    except UnknownSession as error:
        raise Problem(404, kind="about:blank", detail="You have no such session.") from error
    if session_id == request.user.session_id:
        return Redirect("/sign-in", status_code=303, cookies=[people.cookie(SESSION, "", 0)])
    return _back("session")


@post(f"{HERE}/sign-out-everywhere", opt=MINE, status_code=303)
async def everywhere(people: NamedDependency[People], request: StaffRequest) -> Response[Any]:
    await people.end.everywhere(request.user, member_id=request.user.member_id, now=people.now())
    return Redirect("/sign-in", status_code=303, cookies=[people.cookie(SESSION, "", 0)])


ACCOUNT_ROUTES: Final[list[Any]] = [
    account, rename, change_password, begin, confirm, new_codes, off, end_session, everywhere,
]  # fmt: skip
