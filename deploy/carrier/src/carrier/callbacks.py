"""Posts callbacks as Twilio does: signed, with its idempotency token, repeated as the address's fragment asks."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any, Final
from urllib.parse import parse_qs, urldefrag, urlsplit

import aiohttp
from twilio.request_validator import RequestValidator

from carrier.world import World, new_sid
from chassis.log import get_logger

TIMEOUT: Final = aiohttp.ClientTimeout(total=15, connect=5)
AT_ONCE: Final = 200
SHUFFLE_SECONDS: Final = 0.25
BACK_OFF: Final = (0.2, 0.5, 1.0, 2.0, 4.0)

log = get_logger(__name__)


class Callbacks:
    """One session for all accounts."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._room = asyncio.Semaphore(AT_ONCE)
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE))

    async def stop(self) -> None:
        await self.abandon()
        if self._session is not None:
            await self._session.close()

    async def abandon(self) -> None:
        """Whatever is under way ends here: calls, deliveries, repeats."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Runs on its own; its trouble is in the log."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task_failed", error=type(error).__name__, exc_info=error)

    async def tell(self, address: str, form: dict[str, str], *, account: str, summary: str) -> None:
        """A callback whose answer nobody reads: under reordering the next one does not wait for it."""
        posting = self.post(address, form, account=account, summary=summary)
        if self._world.faults.reorder:
            self.later(posting)
        else:
            await posting

    async def post(self, address: str, form: dict[str, str], *, account: str, summary: str) -> str | None:
        """The body of the first good answer, or None. Trouble on demand repeats, shuffles, delays or drops it."""
        faults = self._world.faults
        token = new_sid("")
        if faults.drop_next > 0 or faults.random.random() < faults.drop_share:
            faults.drop_next = max(0, faults.drop_next - 1)
            self._world.tell(
                "callback",
                route=_route(address),
                summary=f"{summary} (dropped)",
                status=0,
                milliseconds=0,
                repeat=False,
            )
            return None
        await self._hold()
        for _ in range(faults.repeat - 1):
            self.later(self._again(address, form, account, token, summary))
        return await self._delivered(address, form, account, token, summary, repeat=False)

    async def _hold(self) -> None:
        faults = self._world.faults
        shuffle = faults.random.random() * SHUFFLE_SECONDS if faults.reorder else 0.0
        if faults.delay_seconds or shuffle:
            await asyncio.sleep(faults.delay_seconds + shuffle)

    async def _again(self, address: str, form: dict[str, str], account: str, token: str, summary: str) -> None:
        """A repeat comes right after, or at any time when callbacks come out of order."""
        await self._hold()
        await self._delivered(address, form, account, token, summary, repeat=True)

    async def _delivered(
        self, address: str, form: dict[str, str], account: str, token: str, summary: str, *, repeat: bool
    ) -> str | None:
        bare, fragment = urldefrag(address)
        override = parse_qs(fragment)
        retries = int(override.get("rc", ["1"])[0])
        policies = set(override.get("rp", ["ct"])[0].split(","))
        for attempt in range(retries + 1):
            status, text, took = await self._once(bare, form, account, token)
            self._world.tell(
                "callback",
                route=_route(bare),
                summary=summary,
                status=status,
                milliseconds=took,
                repeat=repeat or attempt > 0,
            )
            if 200 <= status < 300:  # noqa: PLR2004 -- HTTP's own numbers
                return text
            if not _wants_again(status, policies):
                return None
            if attempt < retries:
                await asyncio.sleep(BACK_OFF[min(attempt, len(BACK_OFF) - 1)])
        return None

    async def _once(self, address: str, form: dict[str, str], account: str, token: str) -> tuple[int, str, int]:
        if self._session is None:
            return 0, "", 0
        signature = RequestValidator(self._world.accounts.get(account, "")).compute_signature(address, form)
        headers = {
            "X-Twilio-Signature": signature,
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
        }
        begun = time.perf_counter()
        try:
            async with self._room, self._session.post(address, data=form, headers=headers, timeout=TIMEOUT) as response:
                status, text = response.status, await response.text()
        except (aiohttp.ClientError, TimeoutError, OSError):
            status, text = 0, ""
        return status, text, round((time.perf_counter() - begun) * 1000)


def _wants_again(status: int, policies: set[str]) -> bool:
    """`all`, or the kind of failure: ct and rt for connections, 4xx, 5xx."""
    if "all" in policies:
        return True
    if status == 0:
        return bool(policies & {"ct", "rt"})
    return f"{status // 100}xx" in policies


def _route(address: str) -> str:
    return urlsplit(address).path.removeprefix("/api/twilio/")
