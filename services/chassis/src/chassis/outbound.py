"""The one client for addresses that others chose (media, calendars, webhooks): public places only, limited in size and time."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

import aiohttp
from yarl import URL

from chassis.addresses import NotPublicError, PublicResolver, is_public

LARGEST: Final = 10 * 1024 * 1024
SECONDS: Final = 15.0
CONNECT_SECONDS: Final = 5.0
REDIRECTS: Final = 3
CHUNK: Final = 64 * 1024
REDIRECTING: Final = frozenset({301, 302, 303, 307, 308})
KEEPS_METHOD: Final = frozenset({307, 308})


class OutboundError(Exception):
    """It could not be fetched; trying again may help."""


class NotAllowedError(OutboundError):
    """It must not be fetched; trying again is of no use."""


class Fetched(NamedTuple):
    """An answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class OutboundClient:
    """Opened and closed with the process. Hosts in `provider_hosts` may be private and may be asked without TLS."""

    def __init__(self, *, provider_hosts: Collection[str] = (), resolver: PublicResolver | None = None) -> None:
        self._listed = frozenset(host.lower() for host in provider_hosts)
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        resolver = self._resolver or PublicResolver(exempt=self._listed)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,
        )

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        secrets: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        largest: int = LARGEST,
        within: Collection[str] = (),
    ) -> Fetched:
        """One answer, following a few redirects. `secrets` are headers that go to the first origin alone, `within` the
        hosts (with all below them) that a redirect may lead to; none named: any public one.

        Raises NotAllowedError or OutboundError; neither holds the address, which may be a secret in itself.
        """
        at = self._allowed(url, listed=True)
        secret_to = at.origin()
        for _ in range(REDIRECTS + 1):
            sent = {**(headers or {}), **((secrets or {}) if at.origin() == secret_to else {})}
            fetched = await self._once(method, at, sent, body, largest)
            if fetched.status not in REDIRECTING or "location" not in fetched.headers:
                return fetched
            onward = self._joined(at, fetched.headers["location"])
            # Who redirects must not reach a listed host, which may be private, unless it is that host itself.
            at = self._allowed(onward, listed=onward.host == at.host)
            if within and not _is_within(at.host or "", within):
                raise NotAllowedError("it redirects to a host that is not the sender's own")
            if fetched.status not in KEEPS_METHOD and method != "HEAD":
                method, body = "GET", None
        raise OutboundError("it redirects without end")

    def _allowed(self, url: str | URL, *, listed: bool) -> URL:
        try:
            at = URL(url) if isinstance(url, str) else url
            host, port = (at.host or "").lower(), at.port
        except ValueError as error:
            raise NotAllowedError("it is not an address") from error
        if listed and host in self._listed and at.scheme in ("http", "https"):
            return at
        if at.scheme != "https" or not host or port is None or at.user is not None or at.password is not None:
            raise NotAllowedError("only https addresses without a name and password may be fetched")
        if host in self._listed or (_is_literal(host) and not is_public(host)):
            raise NotAllowedError("it leads to an address that is not public")
        return at

    @staticmethod
    def _joined(at: URL, location: str) -> URL:
        try:
            return at.join(URL(location))
        except ValueError as error:
            raise NotAllowedError("it redirects to what is not an address") from error

    async def _once(
        self, method: str, at: URL, headers: Mapping[str, str], body: bytes | None, largest: int
    ) -> Fetched:
        if self._session is None:
            raise OutboundError("the client is not open")
        try:
            async with self._session.request(method, at, headers=headers, data=body, allow_redirects=False) as answer:
                return Fetched(
                    answer.status,
                    {name.lower(): value for name, value in answer.headers.items()},
                    await _read(answer, largest),
                )
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, NotPublicError):
                raise NotAllowedError("it leads to an address that is not public") from error
            raise OutboundError(f"it cannot be reached ({type(error.os_error).__name__})") from error
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise OutboundError(f"it did not answer ({type(error).__name__})") from error


async def _read(answer: aiohttp.ClientResponse, largest: int) -> bytes:
    """After decompression, so that a small answer cannot become a large one."""
    parts, size = [], 0
    async for part in answer.content.iter_chunked(CHUNK):
        size += len(part)
        if size > largest:
            raise NotAllowedError(f"it is larger than {largest} bytes")
        parts.append(part)
    return b"".join(parts)


def _is_within(host: str, named: Collection[str]) -> bool:
    return any(host.lower() == each or host.lower().endswith(f".{each}") for each in named)


def _is_literal(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
