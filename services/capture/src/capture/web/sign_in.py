"""`/sign-in`: e-mail and password, then the six digits where the second step is on."""

from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect, Template

from capture.app.guesses import TooManyTries
from capture.app.hashing import AGAIN_SECONDS, TooMuchHashing
from capture.app.sign_in import NeedsCode, StepEnded, WrongCode, WrongPassword
from capture.web.people import STEP_SECONDS, AnyRequest, People, form
from capture.web.visits import STEP, cookie
from chassis.cookies import local_path

OPEN: Final = {"open": "nobody is signed in yet; the form has a claim of its own"}
WRONG: Final = "This e-mail and password do not go together. Check both and try again."
WRONG_CODE: Final = "These are not the digits of now. Wait for the next ones, or use a recovery code."
STALE: Final = "This page had been open in another browser or for very long. Please try once more."
CROWDED: Final = f"Very many people are signing in right now. Try again in {AGAIN_SECONDS} seconds."
HEADERS: Final = {"cache-control": "no-store"}


def _form(people: People, request: AnyRequest, wanted: str, **values: Any) -> Template:
    notice = "Your new password is set. Sign in with it." if request.query_params.get("done") == "password" else ""
    return people.form_page(request, "sign_in.html", next=wanted, notice=notice, **{"email": "", "wrong": "", **values})


@get("/sign-in", opt=OPEN)
async def sign_in_page(people: NamedDependency[People], request: AnyRequest) -> Response[Any]:
    wanted = local_path(request.query_params.get("next"))
    if "again" in request.query_params:
        return _form(people, request, wanted)
    renewed = await people.renew(token=people.session_token(request), now=people.now())
    return Redirect(wanted, status_code=303, headers=HEADERS) if renewed else _form(people, request, wanted)


@post("/sign-in", opt=OPEN, status_code=200)
async def sign_in(people: NamedDependency[People], request: AnyRequest) -> Response[Any]:
    typed = await form(request)
    wanted, email = local_path(typed.get("next")), typed.get("email", "")[:254]
    if not people.is_ours(request, typed.get("csrf", "")):
        return _form(people, request, wanted, status=403, email=email, wrong=STALE)
    try:
        done = await people.sign_in.with_password(
            email=email, password=typed.get("password", "")[:1000], visit=people.visit(request), now=people.now()
        )
    except WrongPassword:
        return _form(people, request, wanted, status=422, email=email, wrong=WRONG)
    except TooMuchHashing:
        return _form(people, request, wanted, status=503, again_seconds=AGAIN_SECONDS, email=email, wrong=CROWDED)
    except TooManyTries as error:
        return _form(people, request, wanted, status=429, email=email, wrong=again(error.until, people.now()))
    if isinstance(done, NeedsCode):
        kept = people.cookie(STEP, done.ticket, STEP_SECONDS)
        address = f"/sign-in/code{_query(wanted)}"
        return Redirect(address, status_code=303, headers=HEADERS, cookies=[kept])
    return people.let_in(done, wanted)


def _code_form(people: People, request: AnyRequest, wanted: str, *, status: int = 200, wrong: str = "") -> Template:
    return people.form_page(request, "sign_in_code.html", status=status, next=wanted, wrong=wrong)


@get("/sign-in/code", opt=OPEN)
async def code_page(people: NamedDependency[People], request: AnyRequest) -> Response[Any]:
    return _code_form(people, request, local_path(request.query_params.get("next")))


@post("/sign-in/code", opt=OPEN, status_code=200)
async def code(people: NamedDependency[People], request: AnyRequest) -> Response[Any]:
    typed = await form(request)
    wanted = local_path(typed.get("next"))
    if not people.is_ours(request, typed.get("csrf", "")):
        return _code_form(people, request, wanted, status=403, wrong=STALE)
    ticket = cookie(request, STEP, public_url=people.settings.public_url) or ""
    try:
        started = await people.sign_in.with_code(
            ticket=ticket, code=typed.get("code", "")[:100], visit=people.visit(request), now=people.now()
        )
    except StepEnded:
        return Redirect(f"/sign-in{_query(wanted)}", status_code=303, headers=HEADERS)
    except WrongCode:
        return _code_form(people, request, wanted, status=422, wrong=WRONG_CODE)
    except TooManyTries as error:
        return _code_form(people, request, wanted, status=429, wrong=again(error.until, people.now()))
    return people.let_in(started, wanted)


def _query(wanted: str) -> str:
    return "" if wanted == "/" else f"?next={quote(wanted, safe='/')}"


def again(until: datetime, now: datetime) -> str:
    """When to try again, in words."""
    seconds = max(1, int((until - now).total_seconds()) + 1)
    wait = f"{seconds} seconds" if seconds < 90 else f"{-(-seconds // 60)} minutes"  # noqa: PLR2004 -- as one speaks
    return f"Too many tries from here. Try again in {wait}. Other people and devices are not held up."


SIGN_IN_ROUTES: Final[list[Any]] = [sign_in_page, sign_in, code_page, code]
