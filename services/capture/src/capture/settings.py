"""What capture alone is told, in variables such as CALLSNARE_CAPTURE_VERIFIED_PER_SECOND."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Final

import msgspec

from chassis.settings import SettingsError

Network = IPv4Network | IPv6Network

LARGEST_BODY: Final = 64 * 1024
RETRY_OVERRIDE: Final = "#rc=5&rp=all"
"""Twilio repeats only failed connections by itself; this fragment makes it repeat everything, five times."""


class CaptureSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Rates are per second. `statement_seconds`: a statement on the callback path may take this long.

    Passwords are hashed with argon2id, `password_rounds` over `password_memory_kib` (RFC 9106, second recommendation).
    """

    verified_per_second: float = 500.0
    verified_burst: float = 5000.0
    unverified_per_second: float = 10.0
    unverified_burst: float = 10.0
    statement_seconds: float = 1.5
    backfill_seconds: float = 300.0
    overdue_seconds: float = 120.0
    refused_kept_days: int = 7
    password_memory_kib: int = 65536
    password_rounds: int = 3
    trusted_proxies: str = "127.0.0.0/8,::1/128"


def read(own: Mapping[str, str]) -> CaptureSettings:
    """Raises SettingsError for an unknown name or a value of the wrong kind."""
    known = set(CaptureSettings.__struct_fields__)
    unknown = sorted(set(own) - known)
    if unknown:
        raise SettingsError(f"capture knows no setting {', '.join(unknown)}; it knows {', '.join(sorted(known))}")
    try:
        settings: CaptureSettings = msgspec.convert(dict(own), CaptureSettings, strict=False)
        networks(settings)
    except (msgspec.ValidationError, ValueError) as error:
        raise SettingsError(f"capture's own settings: {error}") from error
    return settings


def networks(settings: CaptureSettings) -> tuple[Network, ...]:
    """Whose X-Forwarded-For is believed."""
    return tuple(ip_network(each.strip()) for each in settings.trusted_proxies.split(",") if each.strip())


def is_trusted(address: str, *, within: tuple[Any, ...]) -> bool:
    """Whether a peer is one of our own proxies."""
    try:
        return any(ip_address(address) in network for network in within)
    except ValueError:
        return False
