"""Somebody with a browser that knows no scripts, at a running capture."""

import re
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from capture_service import Service

PAGE = {"accept": "text/html"}
HOME = "/settings/account"
"""A page of capture's own: the start leads to another service's."""


class Page:
    """An answer, and where it came from after all redirects."""

    def __init__(self, status: int, text: str, url: str, cookies: list[str]) -> None:
        self.status, self.text, self.path, self.cookies = status, text, urlsplit(url).path, cookies

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.text)
        assert found, f"{self.path} has no form: {self.text[:300]}"
        return found[1]

    def link(self, kind: str) -> str:
        """A one-time link that stands on the page, as a path."""
        found = re.search(rf"/sign-in/{kind}/[A-Za-z0-9_-]+", self.text)
        assert found, f"{self.path} shows no link"
        return found[0]


class Visitor:
    """`place` is the address that he comes from, as the front door tells it."""

    def __init__(self, service: Service, *, place: str = "192.0.2.1", agent: str = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36") -> None:  # fmt: skip
        self._service = service
        self.headers = {**PAGE, "x-forwarded-for": place, "user-agent": agent}
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def get(self, path: str, *, follow: bool = True, **headers: str) -> Page:
        return await self._ask("GET", path, follow, headers)

    async def post(self, path: str, *, follow: bool = True, headers: Any = None, **fields: str) -> Page:  # fmt: skip
        return await self._ask("POST", path, follow, headers or {}, data=fields)

    async def _ask(self, method: str, path: str, follow: bool, headers: dict[str, str], **more: Any) -> Page:
        async with self.session.request(
            method, self._service.base + path, headers={**self.headers, **headers}, allow_redirects=follow, **more
        ) as answer:
            kept = answer.headers.getall("set-cookie", [])
            return Page(answer.status, await answer.text(), answer.headers.get("location", str(answer.url)), kept)

    async def sign_in(self, email: str, password: str, *, next: str = HOME, follow: bool = True) -> Page:  # noqa: A002 -- the field's name
        page = await self.get("/sign-in?again=1")
        return await self.post("/sign-in", follow=follow, csrf=page.csrf, email=email, password=password, next=next)

    async def press(self, page: str, path: str, *, follow: bool = True, **fields: str) -> Page:
        """Opens a page and sends one of its forms."""
        shown = await self.get(page)
        return await self.post(path, follow=follow, csrf=shown.csrf, **fields)

    def cookie(self, name: str = "callsnare") -> str | None:
        return next((each.value for each in self.session.cookie_jar if each.key == name), None)

    async def close(self) -> None:
        await self.session.close()
