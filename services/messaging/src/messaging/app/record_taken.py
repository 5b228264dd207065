"""Group commit: the texts that carriers took in a moment are recorded by one statement, with all that is told of them."""

import asyncio
from datetime import datetime
from typing import Final, NamedTuple

from chassis import ids
from chassis.clock import Clock
from chassis.database import INFRASTRUCTURE, Database
from chassis.log import get_logger
from chassis.telemetry import current_traceparent
from contracts.leads import TextSent
from messaging.app.tell_pages import alerts_changed
from messaging.gateway.carrier import Taken
from messaging.store import texts
from messaging.store.texts import Sent, Text

MOST: Final = 100

log = get_logger(__name__)


class _Waiting(NamedTuple):
    sent: Sent
    recorded: asyncio.Future[bool]


class RecordTaken:
    """One group at a time; whatever comes meanwhile is the next. A text that comes alone waits for nobody."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._pending: list[_Waiting] = []
        self._recording: asyncio.Task[None] | None = None

    async def __call__(self, text: Text, answer: Taken) -> bool:
        """True once it is stored. False when nothing was changed and it has to be recorded by itself: it has a history of its
        own (sent already, or lost once before), or something of its group could not be stored. Raises one of INFRASTRUCTURE.
        """
        waiting = _Waiting(_sent(text, answer, self._clock.now()), asyncio.get_running_loop().create_future())
        self._pending.append(waiting)
        if self._recording is None or self._recording.done():
            self._recording = asyncio.create_task(self._record(), name="record taken")
        return await waiting.recorded

    async def _record(self) -> None:
        while self._pending:
            group, self._pending = self._pending[:MOST], self._pending[MOST:]
            try:
                async with self._database.statements() as transaction:
                    recorded = await texts.record_sent_together(transaction, sent=[each.sent for each in group])
                    told = [each.sent.event for each in group if each.sent.event.text_class == "staff_alert"]
                    await alerts_changed(transaction, [each.organization_id for each in told])
            except INFRASTRUCTURE as error:
                for each in group:
                    if not each.recorded.done():
                        each.recorded.set_exception(error)
                continue
            except Exception as error:  # noqa: BLE001 -- the trouble of one of them, which it tells when it is recorded by itself
                log.warning("group_not_recorded", count=len(group), error=type(error).__name__)
                recorded = set()
            for each in group:
                if not each.recorded.done():
                    each.recorded.set_result(each.sent.text_id in recorded)


def _sent(text: Text, answer: Taken, now: datetime) -> Sent:
    event = TextSent(
        event_id=ids.derived_id("sent", str(text.text_id)),
        organization_id=text.organization_id,
        occurred_at=now,
        homeowner_id=text.homeowner_id,
        text_id=text.text_id,
        lead_id=text.lead_id,
        text_class=text.text_class,  # type: ignore[arg-type]  # one of ours: the column holds nothing else
        provider=answer.provider,
        provider_message_id=answer.provider_id,
        from_number=text.from_number or "",
        segments=text.segments,
        sent_at=now,
        call_id=text.call_id,
    )
    return Sent(text.text_id, answer.provider, answer.provider_id, now, event, current_traceparent())
