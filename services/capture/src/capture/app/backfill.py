"""Asks carriers for what did not reach us and feeds it through the same door: stored as a callback, folded like one."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from capture.app import fetched
from capture.app.directory import Directory, Line
from capture.domain.call_story import FINAL
from capture.gateway.provider import Provider, ProviderCall, ProviderError, ProviderText
from capture.settings import CaptureSettings
from capture.store import callbacks as callback_store
from capture.store import calls as call_store
from capture.store import looks
from capture.store.callbacks import Callback
from capture.store.looks import Due
from chassis.clock import Clock
from chassis.database import Database
from chassis.doorbell import Doorbell
from chassis.log import get_logger
from chassis.metrics import counter, gauge

OVERLAP: Final = timedelta(minutes=10)
LEASE: Final = timedelta(minutes=2)
AGAIN: Final = timedelta(seconds=10)
AT_ONCE: Final = 40
ASKED_AT_ONCE: Final = 20
CARRIERS_AT_ONCE: Final = 8

log = get_logger(__name__)
_found: Final = counter("backfilled", "Facts that only the carrier's lists told", ("kind",))
_missing: Final = gauge("numbers_missing_at_provider", "Tracked numbers that the carrier's own list does not have")
_failed: Final = counter("backfill_failed", "Looks at a carrier's lists that failed")

ProviderOf = Callable[..., Provider | None]


class _Look(NamedTuple):
    """What came of one number: `known` says whether all of it is known now."""

    due: Due
    known: bool
    missing_at_provider: bool | None


class Backfill:
    """A number's lists are read every five minutes, and at once after a gap; `fold_bell` rings when there is something new."""

    def __init__(
        self,
        *,
        database: Database,
        directory: Directory,
        ask: ProviderOf,
        clock: Clock,
        fold_bell: Doorbell,
        settings: CaptureSettings,
    ) -> None:
        self._database, self._directory, self._clock, self._fold_bell = database, directory, clock, fold_bell
        self._provider_of = ask
        self._every = timedelta(seconds=settings.backfill_seconds)
        self._room = asyncio.Semaphore(CARRIERS_AT_ONCE)

    async def step(self) -> bool:
        """A loop's step, every second: True while more numbers are due."""
        await self._ask_about_open_calls()
        now = self._clock.now()
        lease_until = now + LEASE
        async with self._database.work() as transaction:
            due = await looks.claim(transaction, now=now, lease_until=lease_until, limit=AT_ONCE)
        by_account = [list(group) for _, group in groupby(sorted(due, key=self._account_of), key=self._account_of)]
        found = [look for group in await asyncio.gather(*map(self._look, by_account)) for look in group]
        if due:
            await self._write_down(found, now=now, lease_until=lease_until)
        return len(due) == AT_ONCE

    async def _ask_about_open_calls(self) -> None:
        """Calls that should have ended are looked up one by one."""
        async with self._database.work() as transaction:
            rows = await call_store.to_ask(transaction, now=self._clock.now(), limit=ASKED_AT_ONCE)
        await asyncio.gather(*map(self._ask, rows))

    def _account_of(self, due: Due) -> str:
        line = self._directory.line(due.number)
        return f"{due.organization_id}/{line.number.account if line else ''}"

    def _provider(self, line: Line) -> Provider | None:
        account = next((each for each in line.organization.providers if each.account == line.number.account), None)
        if account is None or not line.secrets.current:
            return None
        return self._provider_of(account=account.account, secret=line.secrets.current[0], api=account.api)

    async def _look(self, group: Sequence[Due]) -> list[_Look]:
        """Numbers of one account."""
        lines = [self._directory.line(each.number) for each in group]
        provider = self._provider(lines[0]) if lines[0] else None
        if provider is None:  # nobody can be asked: nothing more will ever be known
            return [
                _Look(each, known=line is not None, missing_at_provider=None)
                for each, line in zip(group, lines, strict=True)
            ]
        async with self._room:
            listed = await self._listed(provider)
            return [
                _Look(each, await self._look_at(provider, line, each), None if listed is None else each.number not in listed)
                for each, line in zip(group, lines, strict=True)
                if line is not None
            ]  # fmt: skip

    async def _listed(self, provider: Provider) -> set[str] | None:
        try:
            return await provider.numbers()
        except ProviderError:
            return None

    async def _look_at(self, provider: Provider, line: Line, due: Due) -> bool:
        since = max(due.looked_until - OVERLAP, due.added_at)
        try:
            calls = await provider.calls(number=due.number, since=since)
            texts = await provider.texts(number=due.number, since=since)
            return await self._feed_calls(provider, line, calls) and await self._feed_texts(provider, line, texts)
        except ProviderError as error:
            _failed.inc()
            log.warning("backfill_failed", organization_id=str(due.organization_id), error=str(error))
            return False

    async def _feed_calls(self, provider: Provider, line: Line, calls: Sequence[ProviderCall]) -> bool:
        """False when one of them cannot be told yet."""
        organization_id, now = line.organization.organization_id, self._clock.now()
        async with self._database.work() as transaction:
            ended = await call_store.ended(
                transaction, organization_id=organization_id, provider_call_ids=[each.call_id for each in calls]
            )
        stories: list[Callback] = []
        complete = True
        for call in calls:
            if call.status not in FINAL and call.call_id not in ended:
                stories.append(fetched.begun(line, call, now=now))
            elif call.status in FINAL and not ended.get(call.call_id, False):
                told = await self._ended(provider, line, call.call_id)
                complete = complete and told is not None
                stories += told or []
        await self._feed(stories, "call")
        return complete

    async def _ended(self, provider: Provider, line: Line, call_id: str) -> list[Callback] | None:
        """None while it cannot be told; nothing of a call that the carrier does not know."""
        story = await provider.story(call_id=call_id)
        if story is None:
            return []
        if not fetched.can_be_told(line, story, now=self._clock.now()):
            return None
        return [fetched.ended(line, story, now=self._clock.now())]

    async def _feed_texts(self, provider: Provider, line: Line, texts: Sequence[ProviderText]) -> bool:
        organization_id = line.organization.organization_id
        async with self._database.work() as transaction:
            known = await callback_store.known_subjects(
                transaction, organization_id=organization_id, subjects=[each.message_id for each in texts]
            )
        new = [each for each in texts if each.message_id not in known]
        found = [
            fetched.text(line, each, await provider.media(message_id=each.message_id) if each.media else [], now=self._clock.now())
            for each in new
        ]  # fmt: skip
        await self._feed(found, "text")
        return True

    async def _ask(self, row: Any) -> None:
        line = self._directory.line(row["tracked_number"])
        if line is None:
            return
        told = await self._told_of(line, row)
        if not told and row["last"]:
            log.error("end_of_call_never_told", call_id=str(row["call_id"]))
            now = self._clock.now()
            told = [fetched.given_up(line, call_id=row["provider_call_id"], started_at=row["started_at"], now=now)]
        await self._feed(told, "call")

    async def _told_of(self, line: Line, row: Any) -> list[Callback]:
        """Nothing where nobody can be asked, or could say."""
        provider = self._provider(line)
        if provider is None:
            return []
        try:
            async with self._room:
                return await self._ended(provider, line, row["provider_call_id"]) or []
        except ProviderError as error:
            _failed.inc()
            log.warning("call_not_fetched", call_id=str(row["call_id"]), error=str(error))
            return []

    async def _feed(self, callbacks: Sequence[Callback], kind: str) -> None:
        if not callbacks:
            return
        async with self._database.work() as transaction:
            new = await callback_store.store(transaction.connection, callbacks)
        if new:
            _found.labels(kind).inc(len(new))
            log.info("backfilled", kind=kind, count=len(new))
            self._fold_bell.ring()

    async def _write_down(self, found: Sequence[_Look], *, now: datetime, lease_until: datetime) -> None:
        known = [each.due.number for each in found if each.known]
        unknown = [each.due for each in found if not each.known]
        async with self._database.work() as transaction:
            await looks.looked(
                transaction, numbers=known, until=now, lease_until=lease_until, again_at=now + self._every
            )
            for due in unknown:
                await looks.looked(
                    transaction, numbers=[due.number], until=due.looked_until, lease_until=lease_until, again_at=now + AGAIN
                )  # fmt: skip
            missing = await looks.mark_missing(
                transaction,
                missing=[each.due.number for each in found if each.missing_at_provider is True],
                present=[each.due.number for each in found if each.missing_at_provider is False],
                at=now,
            )
            await looks.close_gaps(transaction, now=now)
        _missing.set(missing)
        if missing:
            log.error("numbers_missing_at_provider", count=missing)
