"""The HTTP side of a service: one factory for the app. `chassis.server` serves it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from litestar import Litestar
from litestar.datastructures import State

from chassis.answers import SECURITY_HEADERS, Answering, Traced
from chassis.gate import Gate
from chassis.health import Check, Trouble, health_routes
from chassis.problems import Problem, as_response
from chassis.server import HttpServer
from chassis.settings import Settings
from chassis.web.pages import template_config
from chassis.web.static_files import serve_static

__all__ = ["SECURITY_HEADERS", "Check", "HttpServer", "Problem", "create_http"]

LARGEST_BODY: Final = 1024 * 1024


def create_http(
    *,
    settings: Settings,
    checks: Mapping[str, Check],
    trouble: Trouble = lambda: None,
    gate: Gate | None = None,
    route_handlers: Sequence[Any] = (),
    templates: Path | None = None,
    plugins: Sequence[Any] = (),
    state: Mapping[str, Any] | None = None,
    largest_body: int = LARGEST_BODY,
) -> Litestar:
    """The app, with health, metrics, static files, problem details and security headers.

    `trouble` is what `/health/live` asks: see `Bus.trouble`. `gate` lets in who is signed in; an app without one has no
    pages for staff. `templates` is the service's own folder; its pages extend
    `base.html` of `chassis.web`.
    """
    return Answering(
        route_handlers=[
            *health_routes(instance=settings.instance, checks=checks, trouble=trouble),
            serve_static,
            *route_handlers,
        ],
        middleware=[Traced(), *((gate,) if gate else ())],
        exception_handlers={Exception: as_response},
        request_max_body_size=largest_body,
        template_config=template_config(templates),
        logging_config=None,  # ours is chassis.log; Litestar's own writes bodies and cookies
        openapi_config=None,  # documents are made from contracts, not from handlers
        plugins=list(plugins),
        state=State(dict(state or {})),
    )
