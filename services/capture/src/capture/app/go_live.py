"""The automation mode: preview and asking first always; live when everything is proven, or with a reason that is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, get_args

import msgspec

from capture.app.change_settings import ChangeSettings, Edit, NotAccepted
from capture.app.read_settings import ReadSettings
from capture.app.shop_state import ShopState
from capture.domain.checklist import Check
from contracts.organizations import AutomationMode, OrganizationChanged

LEAST_REASON, LONGEST_REASON = 10, 300
PART: Final = "automation"


class NotReady(Exception):
    """Live was asked for, these are not proven, and no reason was given to go live all the same."""

    def __init__(self, left: Sequence[Check]) -> None:
        super().__init__(", ".join(each.name for each in left))
        self.left = tuple(left)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAutomation:
    change: ChangeSettings
    read: ReadSettings

    async def __call__(self, edit: Edit, *, mode: str, reason: str = "") -> OrganizationChanged:
        """Raises NotReady, NotAccepted, StaleForm."""
        if mode not in get_args(AutomationMode):
            raise NotAccepted({"mode": "Choose one of the three."})
        settings = await self.read(organization_id=edit.organization_id, now=edit.now)
        told: dict[str, str] = {}
        if mode == "live" and settings.shop.automation != "live" and settings.left:
            told = self._override(settings.left, reason)
        action = "went live" if mode == "live" else "changed"
        return await self.change(edit, lambda state: _with(state, mode), action=action, told=told)

    def _override(self, left: Sequence[Check], reason: str) -> dict[str, str]:
        words = " ".join(reason.split())
        if not words:
            raise NotReady(left)
        if not LEAST_REASON <= len(words) <= LONGEST_REASON:
            raise NotAccepted(
                {"reason": f"Say in {LEAST_REASON} to {LONGEST_REASON} characters why: it is kept in the audit trail."}
            )
        return {"override": words, "unproven": ", ".join(each.name for each in left)}


def _with(state: ShopState, mode: str) -> ShopState:
    return state._replace(snapshot=msgspec.structs.replace(state.snapshot, automation=mode))
