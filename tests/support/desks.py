"""Browsers in which people of a test's shop are signed in."""

from typing import Any

from browsers import Office
from office_desk import OfficePages
from playwright.async_api import Browser, Page

from messaging.app.desk import Who


class Desks(OfficePages):
    """Browsers in which people of the shop are signed in."""

    async def open(self, browser: Browser) -> None:
        await self.start()
        self.browsers = Office(shop=self.office.shop, browser=browser, base=self.address)

    async def at(self, who: Who, path: str = "/inbox", **options: Any) -> Page:
        page = await self.browsers.page(**options)
        await page.context.add_cookies(
            [{"name": name, "value": value, "url": self.address} for name, value in self.cookies(who).items()]
        )
        await page.goto(path)
        return page
