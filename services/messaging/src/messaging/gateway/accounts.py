"""Accounts at carriers, with the one HTTP session of this process; a host that the deployment does not allow is never called."""

from typing import NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

import aiohttp

from chassis.keys import SealError, unseal
from chassis.log import get_logger
from chassis.organizations import Organizations
from chassis.settings import Settings
from contracts.organizations import OrganizationChanged, ProviderAccount
from messaging.gateway.carrier import Carrier
from messaging.gateway.twilio import REAL, TwilioMessages

KEEP_ALIVE_SECONDS = 30


class Login(NamedTuple):
    """Name and password of an account at a carrier; `api` where it is not the real one's address."""

    account: str
    secret: str
    api: str | None


log = get_logger(__name__)


class Accounts:
    """Opened and closed with the process. Secrets are opened once for each seal."""

    def __init__(self, *, settings: Settings, organizations: Organizations, connections: int) -> None:
        self._settings, self._organizations, self._connections = settings, organizations, connections
        self._allowed = {urlsplit(REAL).hostname, *settings.provider_hosts}
        self._opened: dict[str, Carrier | None] = {}
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEEP_ALIVE_SECONDS)
        )

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()

    def of(self, organization_id: UUID, line: str | None) -> Carrier | None:
        """The account that a line is registered with; None where nothing can be sent."""
        organization = self._organizations.get(organization_id)
        account = _account(organization, line) if organization else None
        if account is None or account.sealed_secret is None or self._session is None:
            return None
        mark = f"{account.account}|{account.sealed_secret}|{account.api}"
        if mark not in self._opened:
            self._opened[mark] = self._open(account, account.sealed_secret, self._session)
        return self._opened[mark]

    def login(self, organization_id: UUID, line: str | None) -> Login | None:
        """Of the account that a line is registered with; None where there is none that can be used."""
        organization = self._organizations.get(organization_id)
        account = _account(organization, line) if organization else None
        return None if account is None or account.sealed_secret is None else self._login(account, account.sealed_secret)

    def _open(self, account: ProviderAccount, sealed: str, session: aiohttp.ClientSession) -> Carrier | None:
        login = self._login(account, sealed)
        if login is None:
            return None
        return TwilioMessages(session=session, account=login.account, secret=login.secret, api=login.api)

    def _login(self, account: ProviderAccount, sealed: str) -> Login | None:
        private = self._settings.keys.messaging_seal_private
        if private is None or (account.api is not None and urlsplit(account.api).hostname not in self._allowed):
            log.error("account_not_usable", account=account.account, reason="no key, or a host that is not allowed")
            return None
        try:
            # Capture puts a mark before the seal, by which it knows an unchanged secret without opening it.
            secret = unseal(private, sealed.rpartition(".")[2])
        except SealError:
            log.error("account_not_usable", account=account.account, reason="its secret is sealed to another key")  # noqa: TRY400 -- the sentence says it all
            return None
        return Login(account.account, secret, account.api)


def _account(organization: OrganizationChanged, line: str | None) -> ProviderAccount | None:
    number = next((each for each in organization.numbers if each.number == line), None)
    if number is None:
        return None
    return next(
        (each for each in organization.providers if each.account == number.account and each.kind == number.provider),
        None,
    )
