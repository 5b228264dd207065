"""One's own e-mail address: asked for under `/settings/account`, confirmed by the link in the letter."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from capture.app.change_email import Changed
from capture.app.change_people import Refused
from capture.app.guesses import TooManyTries
from capture.app.invite_member import LinkEnded
from capture.domain.email_addresses import LONGEST, why_not_address
from capture.web import letters
from capture.web.account import HERE, MINE, show
from capture.web.people import AnyRequest, People, StaffRequest, form
from capture.web.sign_in import OPEN, STALE, again
from chassis.log import get_logger
from chassis.mail import MailError

log = get_logger(__name__)


@post(f"{HERE}/email", opt=MINE, status_code=200)
async def change(people: NamedDependency[People], request: StaffRequest) -> Response[Any]:
    typed = await form(request)
    email = typed.get("email", "").strip()[: LONGEST + 1]
    try:
        done = await _change(people, request, email=email, present=typed.get("present", "")[:1000])
    except (Refused, MailError) as error:
        return await _again(people, request, email, str(error), status=422)
    except TooManyTries as error:
        return await _again(people, request, email, again(error.until, people.now()), status=429)
    return Redirect(f"{HERE}?done={done}", status_code=303)


@post(f"{HERE}/email/withdraw", opt=MINE, status_code=303)
async def withdraw(people: NamedDependency[People], request: StaffRequest) -> Response[Any]:
    await people.email.withdraw(request.user)
    return Redirect(f"{HERE}?done=email-withdrawn", status_code=303)


async def _change(people: People, request: StaffRequest, *, email: str, present: str) -> str:
    """What the page says then. Raises Refused, TooManyTries, MailError."""
    if wrong := why_not_address(email):
        raise Refused(wrong)
    now = people.now()
    await people.password.confirm(request.user, password=present, visit=people.visit(request), now=now)
    if not people.mailer.configured:
        await people.email.at_once(request.user, email=email, now=now)
        return "email"
    token = await people.email.link(request.user, email=email, now=now)
    subject, text = letters.new_email(shop=request.auth.name, link=people.link(f"/sign-in/email/{token}"))
    try:
        await people.mailer.send(to=email, subject=subject, text=text)
    except MailError as error:
        await people.email.withdraw(request.user)
        raise MailError(f"Nothing is changed: {error}.", refused=error.refused) from error
    return "email-asked"


async def _again(people: People, request: StaffRequest, email: str, wrong: str, *, status: int) -> Template:
    return await show(people, request, status=status, wrong={"email": wrong}, typed_email=email)


@get("/sign-in/email/{token:str}", opt=OPEN)
async def confirm_page(people: NamedDependency[People], request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    """Opening it changes nothing yet: programs that look into mail open links too."""
    return await _confirm_form(people, request, token)


@post("/sign-in/email/{token:str}", opt=OPEN, status_code=200)
async def confirm(people: NamedDependency[People], request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    typed = await form(request)
    if not people.is_ours(request, typed.get("csrf", "")):
        return await _confirm_form(people, request, token, status=403, wrong=STALE)
    try:
        changed = await people.email.by_link(token=token, now=people.now())
    except LinkEnded:
        return people.form_page(request, "link_ended.html", status=410)
    except Refused as error:
        return await _confirm_form(people, request, token, status=409, wrong=str(error))
    await _tell_the_former(people, changed)
    return Redirect(f"{HERE}?done=email", status_code=303)


async def _confirm_form(
    people: People, request: AnyRequest, token: str, *, status: int = 200, wrong: str = ""
) -> Template:
    try:
        link, shop = await people.email.look(token=token, now=people.now())
    except LinkEnded:
        return people.form_page(request, "link_ended.html", status=410)
    return people.form_page(request, "new_email.html", status=status, email=link.email, shop=shop, wrong=wrong)


async def _tell_the_former(people: People, changed: Changed) -> None:
    subject, text = letters.email_changed(shop=changed.shop, now_at=changed.after)
    try:
        await people.mailer.send(to=changed.before, subject=subject, text=text)
    except MailError as error:
        log.warning("former_address_not_told", error=str(error))


EMAIL_ROUTES: Final[list[Any]] = [change, withdraw, confirm_page, confirm]
