"""The session itself: renewed, ended, and where the start leads."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from capture.web.people import AnyRequest, People, StaffRequest
from capture.web.setup_steps import is_fresh
from chassis.cookies import SESSION, local_path, sign_in_address
from chassis.gate import is_page
from chassis.people import Permission
from chassis.problems import Problem
from chassis.web import places

RENEWING: Final = {"open": "a token that has ended is what it takes; the session itself is looked up"}
LARGEST: Final = 32 * 1024 * 1024
"""A form on its way through is not kept here, whatever it carries; it is read so that the browser gets our answer."""
HEADERS: Final = {"cache-control": "no-store"}


async def _renewed(people: People, request: AnyRequest) -> Response[Any]:
    """To a page with `next`: back there, with method and form (307). To a script: how long it lasts."""
    wanted = request.query_params.get("next")
    path = local_path(wanted)
    fresh = await people.renew(token=people.session_token(request), now=people.now())
    if fresh is None:
        if is_page(request):
            back = path if request.method == "GET" else "/"
            return Redirect(sign_in_address(back), status_code=303, headers=HEADERS)
        headers = {"hx-redirect": sign_in_address("/")} if "hx-request" in request.headers else {}
        raise Problem(401, kind="signed-out", detail="The session has ended. Sign in again.", headers=headers)
    kept = [people.cookie(SESSION, fresh.token, fresh.session_seconds)]
    if wanted is not None:
        return Redirect(path, status_code=307, headers=HEADERS, cookies=kept)
    told = {"token_seconds": fresh.token_seconds, "session_seconds": fresh.session_seconds}
    return Response(told, status_code=200, headers=HEADERS, cookies=kept)


@get("/session/renew", opt=RENEWING)
async def renew(people: NamedDependency[People], request: AnyRequest) -> Response[Any]:
    return await _renewed(people, request)


@post("/session/renew", opt=RENEWING, request_max_body_size=LARGEST, status_code=200)
async def renew_posted(people: NamedDependency[People], request: AnyRequest) -> Response[Any]:
    async for _ in request.stream():
        pass
    return await _renewed(people, request)


@post("/sign-out", opt={"needs": Permission.ACCOUNT}, status_code=303)
async def sign_out(people: NamedDependency[People], request: StaffRequest) -> Response[Any]:
    await people.end.own(request.user, now=people.now())
    gone = people.cookie(SESSION, "", 0)
    return Redirect("/sign-in", status_code=303, headers=HEADERS, cookies=[gone])


@get("/", opt={"needs": Permission.ACCOUNT})
async def home(request: StaffRequest) -> Response[Any]:
    """The first place of the rail that this person may see; where nothing rings yet, to the set-up for who may do it."""
    shop = request.auth
    if is_fresh(len(shop.numbers), shop.automation) and request.user.may(Permission.ADMINISTER):
        return Redirect("/setup", status_code=303, headers=HEADERS)
    first = next(place for place in places.RAIL if request.user.may(place.needs))
    return Redirect(first.path, status_code=303, headers=HEADERS)


SESSION_ROUTES: Final[list[Any]] = [renew, renew_posted, sign_out, home]
