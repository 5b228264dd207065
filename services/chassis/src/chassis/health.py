"""`/health/live`, `/health/ready` and `/metrics`, the same in every service."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from litestar import Response, get
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from chassis.log import get_logger
from chassis.trouble import is_of_engines

CHECK_SECONDS: Final = 2.0
NOT_STORED: Final = {"cache-control": "no-store"}
OPEN: Final = {"open": "for the machines that watch over the service"}
Check = Callable[[], Awaitable[str]]
"""Returns `ok` or `degraded: why`, in words without data of anybody; raises when the part is down."""
Trouble = Callable[[], str | None]
"""Says what only a restart of the process may cure; None when nothing is."""

log = get_logger(__name__)


def health_routes(*, instance: str, checks: Mapping[str, Check], trouble: Trouble) -> list[Any]:
    @get("/health/live", include_in_schema=False, opt=OPEN, sync_to_thread=False)
    def live() -> Response[dict[str, str]]:
        """The event loop turns, and nothing stands still that should move."""
        told = trouble()
        if told is not None:
            return Response({"status": "down", "trouble": told}, status_code=503, headers=NOT_STORED)
        return Response({"status": "ok"}, headers=NOT_STORED)

    @get("/health/ready", include_in_schema=False, opt=OPEN)
    async def ready() -> Response[dict[str, Any]]:
        """200 while every part answers or is only degraded, else 503. `instance` names this very start."""
        found = await asyncio.gather(*(_checked(name, check) for name, check in checks.items()))
        down = any(word.startswith("down") for word in found)
        status = "down" if down else "ok" if all(word == "ok" for word in found) else "degraded"
        told = {"status": status, "instance": instance, "parts": dict(zip(checks, found, strict=True))}
        return Response(told, status_code=503 if down else 200, headers=NOT_STORED)

    return [live, ready, metrics]


@get("/metrics", include_in_schema=False, opt=OPEN, sync_to_thread=False)
def metrics() -> Response[bytes]:
    """In Prometheus' text format."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST, headers=NOT_STORED)


async def _checked(name: str, check: Check) -> str:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except Exception as error:
        if not is_of_engines(error):
            log.exception("check_failed", part=name)
        return f"down: {type(error).__name__}"
