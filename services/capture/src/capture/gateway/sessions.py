"""One HTTP session for all accounts; whose `api` the deployment does not allow is never asked."""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from capture.gateway.provider import Provider
from capture.gateway.twilio import REAL, TwilioLists

MOST_CONNECTIONS: Final = 20


class Providers:
    """Opened and closed with the process. `hosts` are allowed besides the real ones."""

    def __init__(self, *, hosts: Collection[str]) -> None:
        self._allowed = {urlsplit(REAL).hostname, *hosts}
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=MOST_CONNECTIONS))

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def of(self, *, account: str, secret: str, api: str | None) -> Provider | None:
        """None at a host that is not allowed, or while closed."""
        if self._session is None or (api is not None and urlsplit(api).hostname not in self._allowed):
            return None
        return TwilioLists(session=self._session, account=account, secret=secret, api=api)
