"""Fetches photos and voicemails from carriers, looks into them, and keeps what is safe to show."""

import asyncio
from datetime import timedelta
from typing import Final, NamedTuple
from uuid import UUID

import asyncpg

from chassis.clock import Clock
from chassis.database import Database
from chassis.log import get_logger
from chassis.metrics import counter
from chassis.outbound import NotAllowedError, OutboundClient, OutboundError
from messaging.app.look_into_photo import NotAPhotoError, look_into_photo
from messaging.domain.media import LARGEST_FILE, audio_type
from messaging.gateway.files import Files
from messaging.store import media, office
from messaging.store.media import Kept

AT_ONCE: Final = 4
LEASE: Final = timedelta(minutes=2)
AGAIN: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=3),
    timedelta(minutes=20),
    timedelta(hours=2),
)
"""A recording may not be ready yet, a carrier may be away."""
OK: Final = 200

log = get_logger(__name__)
_fetched: Final = counter("media_fetched", "Photos and recordings by what became of them", ("outcome",))


class Refused(NamedTuple):
    """It is not kept, for good."""

    reason: str


class FetchMedia:
    """A loop's step."""

    def __init__(self, *, database: Database, client: OutboundClient, files: Files, clock: Clock) -> None:
        self._database, self._client, self._files, self._clock = database, client, files, clock

    async def __call__(self) -> bool:
        async with self._database.work() as transaction:
            due = await media.take_due(transaction, now=self._clock.now(), lease=LEASE, limit=AT_ONCE)
        await asyncio.gather(*(self._one(row) for row in due))
        return len(due) == AT_ONCE

    async def _one(self, row: asyncpg.Record) -> None:
        """What cannot be had is tried again, and after the last time refused in words."""
        try:
            outcome: Kept | Refused = await self._fetch(row)
        except NotAllowedError as error:
            outcome = Refused(str(error))
        except OutboundError:
            if row["tries"] <= len(AGAIN):
                await self._put_off(row["media_id"], AGAIN[row["tries"] - 1])
                return
            outcome = Refused("the carrier does not have it any more")
        _fetched.labels(type(outcome).__name__).inc()
        async with self._database.work() as transaction:
            if isinstance(outcome, Kept):
                await media.keep(transaction, kept=outcome)
            else:
                log.info("media_refused", media_id=str(row["media_id"]), reason=outcome.reason)
                await media.refuse(transaction, media_id=row["media_id"], reason=outcome.reason)
            if row["lead_id"] is not None:
                await office.note_change(transaction, lead_ids=[row["lead_id"]])

    async def _fetch(self, row: asyncpg.Record) -> Kept | Refused:
        source = self._files.source(row["organization_id"], row["line"], row["url"])
        if source is None:
            return Refused("it lies at an address that is not your carrier's")
        got = await self._client.fetch(source.url, secrets=source.secrets, within=source.within, largest=LARGEST_FILE)
        if got.status != OK:
            raise OutboundError(f"it said {got.status}")
        if row["kind"] == "voicemail":
            kind = audio_type(got.body)
            return Kept(row["media_id"], kind, None, None, got.body) if kind else Refused("it is not a recording")
        try:
            photo = await asyncio.to_thread(look_into_photo, got.body)
        except NotAPhotoError as error:
            return Refused(str(error))
        return Kept(row["media_id"], photo.content_type, photo.width, photo.height, photo.content)

    async def _put_off(self, media_id: UUID, wait: timedelta) -> None:
        async with self._database.work() as transaction:
            await media.put_off(transaction, media_id=media_id, due_at=self._clock.now() + wait)
