"""Icons: one sprite for all pages, kept by browsers for good."""

import re
from functools import cache
from typing import Final

from markupsafe import Markup

from chassis.web.static_files import files, static_url

SPRITE: Final = "icons.svg"
SIZES: Final = {16: "i", 12: "i i-12", 14: "i i-14", 20: "i i-20"}


@cache
def names() -> frozenset[str]:
    """What the sprite holds."""
    return frozenset(re.findall(r'id="i-([a-z0-9-]+)"', files()[SPRITE].content.decode()))


def icon(name: str, size: int = 16) -> Markup:
    """For templates: a picture without words. Raises KeyError for one that the sprite lacks."""
    if name not in names():
        raise KeyError(f"the sprite has no icon {name!r}")
    address = f"{static_url(SPRITE)}#i-{name}"
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}"></use></svg>').format(SIZES[size], address)
