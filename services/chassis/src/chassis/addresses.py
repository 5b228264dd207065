"""Which addresses a request may go to when somebody else chose them: public ones, decided on what the name resolves to."""

import ipaddress
import socket
from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
_IPV4_BITS: Final = 0xFFFFFFFF


class NotPublicError(OSError):
    """The name, or the address, leads into somebody's own network."""


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the internet; one that wraps another is judged by what it wraps."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.sixtofour is not None or address.teredo is not None:
            return False  # tunnels of old: nobody honest lives there
        if address in _NAT64:
            address = ipaddress.IPv4Address(int(address) & _IPV4_BITS)
        elif address.ipv4_mapped is not None:
            address = address.ipv4_mapped
    return address.is_global and not address.is_multicast


class PublicResolver(AbstractResolver):
    """Resolves once and hands on only what was checked, so that a second answer cannot lead elsewhere."""

    def __init__(self, *, exempt: Collection[str], inner: AbstractResolver | None = None) -> None:
        self._exempt = frozenset(exempt)
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises NotPublicError when any of its addresses is not public."""
        found = await self._inner.resolve(host, port, family)
        if host.lower() not in self._exempt and not all(is_public(each["host"]) for each in found):
            raise NotPublicError(f"{host} leads to an address that is not public")
        return found

    async def close(self) -> None:
        await self._inner.close()


def provider_base(api: str | None, *, real: str, provider_hosts: Collection[str]) -> str | None:
    """Where a provider's API is asked: at the real address, or at an account's own `api` where the deployment lists its host.

    None when it may not be asked there.
    """
    if api is None or api.rstrip("/") == real:
        return real
    try:
        parts = urlsplit(api)
    except ValueError:
        return None
    listed = parts.scheme in ("http", "https") and (parts.hostname or "") in provider_hosts
    return api.rstrip("/") if listed else None
