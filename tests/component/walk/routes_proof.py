"""Who may use which route of proof."""

from typing import Final

from walking import OPEN, Needs, Walked

ROUTES: Final[dict[str, Needs]] = {
    "GET /asyncapi.json": OPEN,
    "GET /robots.txt": OPEN,
}
FORMS: Final[dict[str, dict[str, str]]] = {}


async def furnish(walked: Walked) -> dict[str, str]:
    """What of the home shop stands in paths, by the parameter's name."""
    return {}
