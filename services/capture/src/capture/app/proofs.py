"""What folded callbacks prove on the way: that a number reaches us, and how the test on the shop's own phone fares."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from capture.app.directory import Directory
from capture.app.requests import INBOUND
from capture.store import readiness
from capture.store.callbacks import Due
from chassis.database import Transaction
from contracts.base import Event
from contracts.inbound import CallMissed, DeliveryReported

AGAIN: Final = timedelta(minutes=1)
"""A number's last call is written down this often at most: a busy line costs no more than a quiet one."""
LATE: Final = timedelta(minutes=5)


class Mark(NamedTuple):
    """How far the test of a shop came, and when."""

    organization_id: UUID
    phone: str
    moments: dict[str, datetime]


class Proven(NamedTuple):
    """`heard`: when a call last came in on each of these numbers."""

    heard: dict[str, datetime]
    marks: Sequence[Mark]


class Proofs:
    """Lives with one folding loop. A number that somebody else held is owed its mark, and gets it with a later round."""

    def __init__(self, *, directory: Directory) -> None:
        self._directory = directory
        self._noted: dict[str, datetime] = {}
        self._owed: dict[str, datetime] = {}

    def of(self, due: Iterable[Due], *, events: Iterable[Event], now: datetime) -> Proven | None:
        """None for nothing that is to be noted. Callbacks of our own making are no proof."""
        heard = dict(self._owed)
        for each in due:
            last = self._noted.get(each.number)
            if each.kind == INBOUND and (last is None or now - last >= AGAIN):
                heard[each.number] = each.happened_at
        marks = [mark for event in events if (mark := self._mark(event)) is not None]
        return Proven(heard, marks) if heard or marks else None

    async def note(self, transaction: Transaction, proven: Proven | None, *, now: datetime) -> None:
        if proven is None:
            return
        if proven.heard:
            heard = await readiness.heard(transaction, moments=proven.heard)
            transaction.after_commit(lambda: self._remember(proven.heard, heard, now))
        for mark in proven.marks:
            await readiness.mark_trial(
                transaction, organization_id=mark.organization_id, phone=mark.phone, **mark.moments
            )

    def _remember(self, moments: Mapping[str, datetime], heard: readiness.Heard, now: datetime) -> None:
        self._owed = {number: moments[number] for number in heard.held}
        self._noted.update(dict.fromkeys(heard.noted, now))

    def _mark(self, event: Event) -> Mark | None:
        shop = self._directory.organization(event.organization_id)
        if shop is None or shop.trial is None or not isinstance(event, CallMissed | DeliveryReported):
            return None
        if event.homeowner_number != shop.trial.phone:
            return None
        moments: dict[str, Any] = {}
        if isinstance(event, CallMissed):
            if event.started_at <= shop.trial.until + LATE:
                moments["missed"] = event.ended_at
        elif event.state in ("sent", "delivered"):
            moments["taken" if event.state == "sent" else "delivered"] = event.reported_at
        elif event.state in ("undelivered", "failed"):
            moments["failed"] = event.reported_at
        return Mark(event.organization_id, shop.trial.phone, moments) if moments else None
