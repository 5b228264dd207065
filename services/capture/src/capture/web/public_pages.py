"""`/shops/{slug}/...`: how a shop texts, for homeowners and carriers' reviewers. Open to everybody, no customer's data."""

import re
from typing import Final

from litestar import get
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Template

from capture.app.read_shop import ReadShop
from capture.domain import moments
from chassis.http import Problem

OPEN: Final = {"open": "carriers’ reviewers and homeowners read it"}
PAGES: Final = {"messaging": "Text messages", "privacy": "Privacy", "terms": "Terms of texting"}
SLUG: Final = re.compile(r"^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$")
CACHED: Final = CacheControlHeader(max_age=300, public=True)


@get("/shops/{slug:str}/{name:str}", opt=OPEN, cache_control=CACHED)
async def public_page(read_shop: NamedDependency[ReadShop], slug: FromPath[str], name: FromPath[str]) -> Template:
    """The shop's name and texting number stand there, never the line that rings in it: that may be somebody's own."""
    shop = await read_shop(slug=slug) if name in PAGES and SLUG.match(slug) else None
    if shop is None:
        raise Problem(404, kind="about:blank", detail="There is nothing at this address.")
    numbers = [(moments.phone(each.number), each.number) for each in shop.numbers]
    return Template(f"public_{name}.html", context={"shop": shop, "numbers": numbers, "pages": PAGES, "name": name})


ROUTES: Final = (public_page,)
