"""The one door through which texts leave: the carrier is called outside of any transaction, and its answer recorded."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

from chassis import ids
from chassis.clock import Clock
from chassis.database import INFRASTRUCTURE, Database
from chassis.doorbell import Doorbell
from chassis.keys import Keys
from chassis.log import get_logger
from chassis.metrics import counter, gauge
from chassis.telemetry import span
from messaging.app.look_again import LookAgain
from messaging.app.photo_address import photo_address, photo_ids
from messaging.app.record_answer import record_answer
from messaging.app.record_taken import RecordTaken
from messaging.gateway.carrier import Answer, Carrier, Outgoing, Refused, Taken
from messaging.store.texts import Text

RECORD_SECONDS: Final = 600.0
STOP_SECONDS: Final = 18.0
CALL_LONGEST: Final = timedelta(seconds=20)
"""A call that begins later than this before the lease ends could outlive it."""

log = get_logger(__name__)
_sends: Final = counter("texts_sent", "Calls to a carrier by what became of them", ("outcome",))
_busy: Final = gauge("sender_busy", "Texts on their way to a carrier")

Carriers = Callable[[UUID, str | None], Carrier | None]


class Sender:
    """`HANDS` texts at a time, of each sender as its lane admits. `take` gets texts that were born `sending`; `step` claims
    those that wait.
    """

    def __init__(
        self,
        *,
        database: Database,
        look_again: LookAgain,
        carriers: Carriers,
        clock: Clock,
        keys: Keys,
        public_url: str,
    ) -> None:
        self._database, self._look_again, self._carriers, self._clock = database, look_again, carriers, clock
        self._key, self._public, self.name = keys.id_key, public_url, look_again.name
        self.lanes = look_again.lanes
        self.bell = Doorbell(channel="texts", pool=database.work_pool)
        self._record_taken = RecordTaken(database=database, clock=clock)
        self._tasks: dict[asyncio.Task[None], UUID] = {}
        self._awaited = False

    @property
    def in_hand(self) -> list[UUID]:
        """Texts whose answer is awaited or being recorded."""
        return list(self._tasks.values())

    async def start(self) -> None:
        """Hands are started as they are needed."""

    async def stop(self) -> None:
        """Waits for the carrier's answers; what takes longer is settled by whoever comes next."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=STOP_SECONDS)
        for task in list(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def step(self) -> bool:
        """Claims what is due as far as hands are free, in turns of the shops and their lines."""
        now = self._clock.now()
        draft = self.lanes.draft(now)
        if draft.free <= 0:
            self._awaited = True
            return False
        async with self._database.work() as transaction:
            claimed, more = await self._look_again(transaction, now=now, draft=draft)
        self.take(claimed)
        self._awaited = draft.refused > 0 or self.lanes.shares_are_used_up
        return more

    def take(self, batch: Sequence[Text]) -> None:
        """Texts that are `sending` in our name already."""
        now = self._clock.now()
        for text in batch:
            self.lanes.left(text, now)
            task = asyncio.create_task(self._send(text))
            self._tasks[task] = text.text_id
            task.add_done_callback(self._let_go)
        _busy.set(len(self._tasks))

    def _let_go(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        _busy.set(len(self._tasks))
        if self._awaited:
            self.bell.ring()
        if not task.cancelled() and (error := task.exception()):
            log.error("send_failed", exc_info=error)

    async def _send(self, text: Text) -> None:
        """The hand is free as soon as the answer is recorded, or was given up."""
        answer: Answer | None = None
        try:
            if text.claimed_until is None or self._clock.now() > text.claimed_until - CALL_LONGEST:
                log.warning(
                    "send_came_too_late", text_id=str(text.text_id)
                )  # this process stood still: it is settled like a lost one
                return
            with span("send text", parents=[text.traceparent], facts={"text_id": str(text.text_id)}):
                answer = await self._answer(text)
                _sends.labels(type(answer).__name__).inc()
                await self._record(text, answer)
        finally:
            self._awaited = self.lanes.came_back(text, answer, self._clock.now()) or self._awaited

    async def _answer(self, text: Text) -> Answer:
        carrier = self._carriers(text.organization_id, text.from_number)
        if carrier is None:
            return Refused(None, 0, "no account that can send stands behind this line")
        tag = ids.text_tag(key=self._key, organization_id=text.organization_id, text_id=text.text_id)
        return await carrier.send(
            Outgoing(
                from_number=text.from_number or "",
                to_number=text.to_number or "",
                body=text.body,
                status_callback=f"{self._public}/api/twilio/sms/status?text={text.text_id}&tag={tag}#rc=5&rp=all",
                photos=self._photos(text),
            )
        )

    def _photos(self, text: Text) -> Sequence[str]:
        now = self._clock.now()
        return [
            photo_address(public_url=self._public, media_id=each, key=self._key, now=now)
            for each in photo_ids(text.text_id, text.photos)
        ]

    async def _record(self, text: Text, answer: Answer) -> None:
        """Tries for as long as the database may be away: an answer that is not stored has to be asked for again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(RECORD_SECONDS):
                failures = 0
                while not await self._recorded(text, answer, failures):
                    await asyncio.sleep(min(5.0, 0.1 * 2**failures))
                    failures += 1

    async def _recorded(self, text: Text, answer: Answer, failures: int) -> bool:
        try:
            if isinstance(answer, Taken) and await self._record_taken(text, answer):
                return True
            async with self._database.work() as transaction:
                await record_answer(transaction, text=text, answer=answer, now=self._clock.now())
        except INFRASTRUCTURE as error:
            if failures == 0:
                log.warning("answer_not_recorded_yet", text_id=str(text.text_id), error=type(error).__name__)
            return False
        return True
