"""A member named a phone for alerts: the code that proves it is theirs is texted there, through the same door as all texts."""

from typing import Final

from chassis.clock import Clock
from chassis.consumer import NotYet
from chassis.database import Transaction
from chassis.doorbell import Doorbell
from chassis.keys import Keys, SealError, unseal
from chassis.log import get_logger
from chassis.organizations import Organizations
from contracts.inbound import AlertNumberNamed
from messaging.app.write_notices import text_member

WORDS: Final = "{shop}: your code for alerts is {code}. Nobody from us asks for it. Reply STOP to get none."

log = get_logger(__name__)


class TextAlertCode:
    """Handles `alert_number.named.v1`."""

    def __init__(self, *, organizations: Organizations, keys: Keys, bell: Doorbell, clock: Clock) -> None:
        self._organizations, self._keys, self._bell, self._clock = organizations, keys, bell, clock

    async def __call__(self, transaction: Transaction, named: AlertNumberNamed) -> None:
        """A code that came too late is of no use: the member has asked for a new one by then."""
        organization, now = self._organizations.get(named.organization_id), self._clock.now()
        if organization is None:
            raise NotYet("the organization's snapshot has not arrived")
        opened = self._opened(named)
        if opened is None or now >= named.expires_at:
            return
        number, code = opened
        await text_member(
            transaction, organization=organization, homeowner_id=named.homeowner_id, number=number, body=WORDS.format(shop=organization.name, code=code),
            evidence_id=named.event_id, passes_at=named.expires_at, now=now,
        )  # fmt: skip
        transaction.after_commit(self._bell.ring)

    def _opened(self, named: AlertNumberNamed) -> tuple[str, str] | None:
        try:
            number, _, code = unseal(self._keys.messaging_seal_private or b"", named.sealed).partition(" ")
        except (SealError, ValueError):
            log.error("alert_code_not_readable", member_id=str(named.member_id))  # noqa: TRY400 -- the sentence says it all
            return None
        return number, code
