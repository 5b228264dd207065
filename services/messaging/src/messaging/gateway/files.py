"""Where a carrier's photos and recordings lie, and with which name and password they may be fetched."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp

from messaging.gateway.accounts import Accounts
from messaging.gateway.twilio import REAL

REAL_HOST: Final = urlsplit(REAL).hostname or ""
REDIRECTS: Final = frozenset({REAL_HOST, "twiliocdn.com", "twilio.com", "amazonaws.com"})
"""Twilio leads from its API to its own storage and to Amazon's; nobody else's hosts are asked."""


class Source(NamedTuple):
    """`secrets` go to the first address alone, `within` names the hosts that a redirect may lead to."""

    url: str
    secrets: Mapping[str, str]
    within: Collection[str]


class Files:
    """Of the accounts that shops have."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def source(self, organization_id: UUID, line: str | None, url: str) -> Source | None:
        """None for an address that is not the account's own: its password goes nowhere else."""
        login = self._accounts.login(organization_id, line)
        if login is None:
            return None
        asked, own = urlsplit(url), urlsplit(login.api or REAL)
        if asked.hostname == REAL_HOST and login.api is not None:
            asked = asked._replace(scheme=own.scheme, netloc=own.netloc)  # a carrier that stands in for the real one
        if (asked.scheme, asked.netloc) != (own.scheme, own.netloc):
            return None
        secrets = {"authorization": aiohttp.encode_basic_auth(login.account, login.secret)}
        return Source(asked.geturl(), secrets, {*REDIRECTS, own.hostname or ""})
