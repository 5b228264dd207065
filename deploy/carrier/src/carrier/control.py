"""What the page and tests ask of the carrier, as JSON: ring, hang up, write, make trouble, look."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Any, Final, Literal

import msgspec

from carrier.asgi import Reply, Request, as_json
from carrier.callbacks import Callbacks
from carrier.calls import Calls, How, Plan
from carrier.settings import AccountFile
from carrier.shapes import message
from carrier.texts import Texts
from carrier.world import Faults, Message, World

HEARTBEAT_SECONDS: Final = 15.0
MOST_LISTENERS: Final = 50
Send = Literal["ok", "500", "429", "accept_then_drop", "accept_then_hang", "slow"]


class Ring(msgspec.Struct, kw_only=True):
    from_number: str
    to_number: str
    how: How = "no_answer"
    ring_seconds: float | None = None
    talk_seconds: float = 1.0
    message_seconds: int = 7


class HangUp(msgspec.Struct, kw_only=True):
    sid: str


class Write(msgspec.Struct, kw_only=True):
    from_number: str
    to_number: str
    body: str
    media: tuple[str, ...] = ()


class Trouble(msgspec.Struct, kw_only=True):
    """What is left out is as without trouble."""

    repeat: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    reorder: bool = False
    delay_seconds: float = 0.0
    drop_next: int = 0
    drop_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    send: Send = "ok"
    send_next: int = -1
    slow_seconds: float = 30.0
    retry_after: Annotated[int, msgspec.Meta(ge=0)] | None = None
    retry_after_as: Literal["seconds", "date"] = "seconds"
    refuse: dict[str, int] = {}
    undeliverable: dict[str, int] = {}
    seed: int = 1


class Control:
    """The same actions for `/_control/...` and `/phone/api/...`."""

    def __init__(self, world: World, callbacks: Callbacks, calls: Calls, texts: Texts) -> None:
        self._world, self._callbacks, self._calls, self._texts = world, callbacks, calls, texts

    async def __call__(self, request: Request, action: str) -> Reply:
        """Garbage is 400 with the reason, an unknown line or call 404."""
        try:
            found = getattr(self, f"_{request.method.lower()}_{action}", None)
            if found is None:
                return as_json({"error": f"no such action: {request.method} {action}"}, 404)
            reply: Reply = await found(request)
        except LookupError as error:
            return as_json({"error": str(error)}, 404)
        except (msgspec.DecodeError, ValueError) as error:
            return as_json({"error": str(error)}, 400)
        return reply

    async def _post_accounts(self, request: Request) -> Reply:
        self._world.register(request.json(AccountFile))
        return as_json({"ok": True})

    async def _post_ring(self, request: Request) -> Reply:
        wanted: Ring = request.json(Ring)
        plan = Plan(
            how=wanted.how,
            ring_seconds=wanted.ring_seconds,
            talk_seconds=wanted.talk_seconds,
            message_seconds=wanted.message_seconds,
        )
        leg = self._calls.ring(from_number=wanted.from_number, to_number=wanted.to_number, plan=plan)
        return as_json({"sid": leg.sid})

    async def _post_hangup(self, request: Request) -> Reply:
        wanted: HangUp = request.json(HangUp)
        if not self._calls.hang_up(wanted.sid):
            raise LookupError("no such call under way")
        return as_json({"ok": True})

    async def _post_text(self, request: Request) -> Reply:
        wanted: Write = request.json(Write)
        written = await self._texts.write(
            from_number=wanted.from_number, to_number=wanted.to_number, body=wanted.body, media=wanted.media
        )
        return as_json({"sid": written.sid})

    async def _post_faults(self, request: Request) -> Reply:
        self._world.faults = Faults(**msgspec.structs.asdict(request.json(Trouble)))
        return as_json({"ok": True})

    async def _get_faults(self, request: Request) -> Reply:
        del request
        faults = self._world.faults
        return as_json({name: getattr(faults, name) for name in Trouble.__struct_fields__})

    async def _post_reset(self, request: Request) -> Reply:
        del request
        await self._callbacks.abandon()
        self._world.reset()
        self._world.tell("reset")
        return as_json({"ok": True})

    async def _get_messages(self, request: Request) -> Reply:
        to, sender = request.query.get("to"), request.query.get("from")
        found: list[Message] = [
            each
            for each in self._world.messages.values()
            if to in (None, each.to_number) and sender in (None, each.from_number)
        ]
        return as_json([message(each) for each in found])

    async def _get_counts(self, request: Request) -> Reply:
        """Texts that the shop's software handed over, in total and by destination."""
        del request
        by_to: dict[str, int] = {}
        for each in self._world.messages.values():
            if each.direction == "outbound-api":
                by_to[each.to_number] = by_to.get(each.to_number, 0) + 1
        return as_json({"taken": self._world.taken, "by_to": by_to})

    async def _get_log(self, request: Request) -> Reply:
        del request
        return as_json(list(self._world.log))

    async def _get_lines(self, request: Request) -> Reply:
        del request
        return as_json([{"number": each.number, "keywords": each.keywords} for each in self._world.numbers.values()])

    async def _get_events(self, request: Request) -> Reply:
        """The log so far, then every new line, as server-sent events."""
        del request
        if len(self._world.listeners) >= MOST_LISTENERS:
            return as_json({"error": "too many pages are open"}, 503)
        return Reply(200, self._stream(), b"text/event-stream", ((b"cache-control", b"no-store"),))

    async def _stream(self) -> AsyncGenerator[bytes, None]:
        lines: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=1000)
        for line in self._world.log:
            lines.put_nowait(line)
        self._world.listeners.add(lines)
        try:
            while True:
                if lines not in self._world.listeners and lines.empty():
                    return  # too slow a reader: it asks again and gets the log anew
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        line = await lines.get()
                except TimeoutError:
                    yield b": still here\n\n"
                else:
                    yield b"data: " + msgspec.json.encode(line) + b"\n\n"
        finally:
            self._world.listeners.discard(lines)
