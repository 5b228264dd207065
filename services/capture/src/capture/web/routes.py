"""All pages of capture."""

from typing import Any

from litestar import Request, Response, Router
from litestar.di import Provide

from capture.app.hashing import AGAIN_SECONDS, TooMuchHashing
from capture.web.account import ACCOUNT_ROUTES
from capture.web.email_pages import EMAIL_ROUTES
from capture.web.members import MEMBER_ROUTES
from capture.web.one_time_links import LINK_ROUTES
from capture.web.people import People
from capture.web.sessions import SESSION_ROUTES
from capture.web.sign_in import CROWDED, SIGN_IN_ROUTES
from chassis.problems import Problem, as_response


def routes(people: People) -> list[Any]:
    handlers = [*SIGN_IN_ROUTES, *LINK_ROUTES, *SESSION_ROUTES, *ACCOUNT_ROUTES, *EMAIL_ROUTES, *MEMBER_ROUTES]
    given = {"people": Provide(lambda: people, sync_to_thread=False)}
    return [
        Router(
            path="/",
            route_handlers=handlers,
            dependencies=given,
            exception_handlers={TooMuchHashing: _crowded},
        )
    ]


def _crowded(request: Request[Any, Any, Any], _: TooMuchHashing) -> Response[Any]:
    headers = {"retry-after": str(AGAIN_SECONDS)}
    return as_response(request, Problem(503, kind="too-many-sign-ins", detail=CROWDED, headers=headers))
