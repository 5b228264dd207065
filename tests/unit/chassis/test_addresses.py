import socket

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from chassis.addresses import NotPublicError, PublicResolver, is_public, provider_base

REAL = "https://api.twilio.com"


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 -- not to be bound to, but refused
        "127.0.0.1", "127.8.9.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "not an address", "",
    ],
)  # fmt: skip
def test_addresses_within_somebodys_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_of_the_internet_are(address: str) -> None:
    assert is_public(address)


class Answers(AbstractResolver):
    """A name server that says what it is told to say."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self._addresses
        ]

    async def close(self) -> None: ...


async def test_a_name_that_leads_inside_is_refused_even_if_it_leads_outside_as_well() -> None:
    resolver = PublicResolver(exempt=(), inner=Answers("1.1.1.1", "10.0.0.1"))
    with pytest.raises(NotPublicError):
        await resolver.resolve("calendar.example")


async def test_a_listed_name_may_lead_anywhere() -> None:
    resolver = PublicResolver(exempt=("carrier.internal",), inner=Answers("10.0.0.1"))
    assert [each["host"] for each in await resolver.resolve("Carrier.internal")] == ["10.0.0.1"]


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        (None, REAL),
        (REAL, REAL),
        (f"{REAL}/", REAL),
        ("http://127.0.0.1:9101/", "http://127.0.0.1:9101"),
        ("http://10.0.0.1", None),
        ("https://api.twilio.com.evil.example", None),
        ("https://127.0.0.1@evil.example", None),
        ("file://127.0.0.1/etc/passwd", None),
        ("http://[broken", None),
        ("", None),
    ],
)
def test_a_providers_api_is_asked_only_where_the_deployment_allows(api: str | None, expected: str | None) -> None:
    assert provider_base(api, real=REAL, provider_hosts=("127.0.0.1",)) == expected
