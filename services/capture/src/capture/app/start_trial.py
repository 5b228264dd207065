"""The test on the shop's own phone: one call that is let ring out, one text that comes back, whatever the mode is."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec

from capture.app.change_settings import ChangeSettings, Edit, NotAccepted
from capture.app.shop_file import ShopFileError, phone
from capture.app.shop_state import ShopState
from capture.store import readiness
from chassis.database import Transaction
from contracts.organizations import OrganizationChanged, PhoneTrial

LASTS: Final = timedelta(minutes=30)
PART: Final = "trial"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTrial:
    change: ChangeSettings

    async def __call__(self, edit: Edit, *, typed: str) -> OrganizationChanged:
        """Raises NotAccepted. Started again, it begins anew."""
        try:
            number = phone(typed, what="phone")
        except ShopFileError:
            raise NotAccepted({"phone": "Not a phone number such as (312) 555-0177."}) from None
        until = edit.now + LASTS

        def draft(state: ShopState) -> ShopState:
            if not state.snapshot.numbers:
                raise NotAccepted({"phone": "First add the number that you will ring."})
            if number in {each.number for each in state.snapshot.numbers}:
                raise NotAccepted({"phone": "That is a tracked number. Type the phone in your pocket."})
            trial = PhoneTrial(phone=number, until=until)
            return state._replace(snapshot=msgspec.structs.replace(state.snapshot, trial=trial))

        async def begin(transaction: Transaction) -> None:
            await readiness.start_trial(
                transaction, organization_id=edit.organization_id, phone=number, started_at=edit.now, until=until
            )

        return await self.change(edit, draft, action="tried", also=begin)
