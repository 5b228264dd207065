"""Everything the carrier remembers, in memory and bounded."""

import asyncio
import random
import secrets
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final

from carrier.settings import AccountFile, NumberFile
from chassis.clock import Clock, SystemClock

MOST: Final = 200_000
LOG_LINES: Final = 500


class _Time:
    clock: Clock = SystemClock()


def follow(clock: Clock) -> None:
    """From now on this clock tells the time: tests move that of all processes at once."""
    _Time.clock = clock


def now() -> datetime:
    return _Time.clock.now()


def new_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


@dataclass
class Number:
    """A line of a shop, with the addresses that its owner pasted."""

    number: str
    account: str
    voice_url: str
    voice_status_url: str
    sms_url: str
    keywords: str = "provider"


@dataclass
class Message:
    """One text in either direction."""

    sid: str
    account: str
    from_number: str
    to_number: str
    body: str
    direction: str
    status: str
    created_at: datetime
    sent_at: datetime | None = None
    status_callback: str | None = None
    service: str | None = None
    error_code: int | None = None
    segments: int = 1
    media: tuple[str, ...] = ()


@dataclass
class Leg:
    """One leg of a call: the caller's, or the one dialled for it."""

    sid: str
    account: str
    from_number: str
    to_number: str
    direction: str
    status: str
    started_at: datetime
    parent: str | None = None
    ended_at: datetime | None = None
    answered_at: datetime | None = None
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def seconds(self) -> int:
        if self.answered_at is None or self.ended_at is None:
            return 0
        return max(1, round((self.ended_at - self.answered_at).total_seconds()))


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What a caller left after the tone."""

    sid: str
    account: str
    call: str
    seconds: int
    started_at: datetime


@dataclass
class Faults:
    """Trouble on demand. `send` is one of ok, 500, 429, accept_then_drop, accept_then_hang, slow; `send_next` how many it hits (-1: all)."""

    repeat: int = 1
    reorder: bool = False
    delay_seconds: float = 0.0
    drop_next: int = 0
    drop_share: float = 0.0
    send: str = "ok"
    send_next: int = -1
    slow_seconds: float = 30.0
    retry_after: int | None = None
    retry_after_as: str = "seconds"
    refuse: dict[str, int] = field(default_factory=dict)
    undeliverable: dict[str, int] = field(default_factory=dict)
    seed: int = 1

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 -- trouble that can be repeated

    def hit(self) -> str:
        """The trouble of the send in hand."""
        if self.send == "ok" or self.send_next == 0:
            return "ok"
        if self.send_next > 0:
            self.send_next -= 1
        return self.send

    def wait(self, moment: datetime) -> str | None:
        """`Retry-After` of a 429 that is answered now."""
        if self.retry_after is None or self.retry_after_as == "seconds":
            return None if self.retry_after is None else str(self.retry_after)
        return format_datetime(moment.astimezone(UTC) + timedelta(seconds=self.retry_after), usegmt=True)


class World:
    """Accounts, numbers, texts, calls, the log, and who listens to it."""

    def __init__(self, *, public_base: str) -> None:
        self.public_base = public_base
        self.accounts: dict[str, str] = {}
        self.numbers: dict[str, Number] = {}
        self.reset()

    def reset(self) -> None:
        """Forgets texts, calls, trouble and the log; accounts and numbers stay."""
        self.messages: OrderedDict[str, Message] = OrderedDict()
        self.by_to: dict[str, list[Message]] = {}
        self.legs: OrderedDict[str, Leg] = OrderedDict()
        self.recordings: OrderedDict[str, Recording] = OrderedDict()
        self.blocked: set[tuple[str, str]] = set()
        self.log: deque[dict[str, Any]] = deque(maxlen=LOG_LINES)
        self.faults = Faults()
        self.taken = 0
        self.listeners: set[asyncio.Queue[dict[str, Any]]] = getattr(self, "listeners", set())

    def register(self, account: AccountFile) -> None:
        self.accounts[account.account] = account.secret
        for number in account.numbers:
            self.add_number(account.account, number)

    def add_number(self, account: str, number: NumberFile) -> Number:
        routes = f"{self.public_base}/api/twilio"
        line = Number(
            number=number.number, account=account, voice_url=number.voice_url or f"{routes}/voice/inbound#rc=5&rp=all",
            voice_status_url=number.voice_status_url or f"{routes}/voice/status#rc=5&rp=all", sms_url=number.sms_url or f"{routes}/sms/inbound#rc=5&rp=all",
            keywords=number.keywords,
        )  # fmt: skip
        self.numbers[number.number] = line
        return line

    def keep_message(self, message: Message) -> None:
        self.messages[message.sid] = message
        self.by_to.setdefault(message.to_number, []).append(message)
        if len(self.messages) > MOST:
            _, old = self.messages.popitem(last=False)
            self.by_to[old.to_number].remove(old)
            if not self.by_to[old.to_number]:
                del self.by_to[old.to_number]

    def keep_leg(self, leg: Leg) -> None:
        self.legs[leg.sid] = leg
        if len(self.legs) > MOST:
            self.legs.popitem(last=False)

    def keep_recording(self, recording: Recording) -> None:
        self.recordings[recording.sid] = recording
        if len(self.recordings) > MOST:
            self.recordings.popitem(last=False)

    def tell(self, kind: str, **fields: Any) -> None:
        """A line of the log, to whoever listens."""
        line = {"kind": kind, "at": now().astimezone(UTC).isoformat(), **fields}
        self.log.append(line)
        for listener in list(self.listeners):
            if listener.full():
                self.listeners.discard(listener)
            else:
                listener.put_nowait(line)
