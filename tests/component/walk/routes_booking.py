"""Who may use which route of booking."""

from typing import Final

from walking import Needs, Walked

ROUTES: Final[dict[str, Needs]] = {}
FORMS: Final[dict[str, dict[str, str]]] = {}


async def furnish(walked: Walked) -> dict[str, str]:
    """What of the home shop stands in paths, by the parameter's name."""
    return {}
