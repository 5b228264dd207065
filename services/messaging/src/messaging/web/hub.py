"""Passes on what the database notifies to the open pages of this process."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from chassis.doorbell import Doorbell
from chassis.metrics import gauge
from messaging.app.fold_inbox import CHANNEL

MOST_WAITING: Final = 50
MOST_STREAMS: Final = 6
"""Per person; a seventh page takes the place of the oldest, which comes back once it is looked at."""

_open: Final = gauge("inbox_streams", "Open streams of the inbox")


@dataclass(eq=False)
class Stream:
    """One open page. `lead_id` is the thread that it shows; `taken`: it ended since its person opened too many others."""

    organization_id: UUID
    member_id: UUID
    lead_id: UUID | None
    ended: bool = False
    taken: bool = False
    messages: "asyncio.Queue[tuple[str, Any]]" = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))

    def put(self, kind: str, told: Any) -> None:
        """A page that does not keep up looks at everything once."""
        if self.messages.full():
            while not self.messages.empty():
                self.messages.get_nowait()
            kind, told = "rows", (None, None)
        self.messages.put_nowait((kind, told))

    def end(self, *, taken: bool = False) -> None:
        self.ended, self.taken = True, taken
        self.put("end", None)


class Hub(Doorbell):
    """Fed by the process's one listening connection. A ring without words says that something was missed."""

    def __init__(self) -> None:
        super().__init__(channel=CHANNEL)
        self._streams: dict[UUID, list[Stream]] = defaultdict(list)
        self._closed = False

    def open(self, *, organization_id: UUID, member_id: UUID, lead_id: UUID | None) -> Stream:
        stream = Stream(organization_id, member_id, lead_id)
        streams = self._streams[organization_id]
        mine = [each for each in streams if each.member_id == member_id]
        for oldest in mine[: max(0, len(mine) - MOST_STREAMS + 1)]:
            oldest.end(taken=True)
        streams.append(stream)
        _open.inc()
        if self._closed:
            stream.end()
        return stream

    def close(self, stream: Stream) -> None:
        streams = self._streams[stream.organization_id]
        if stream in streams:
            streams.remove(stream)
            _open.dec()
        if not streams:
            del self._streams[stream.organization_id]

    def hear(self, *said: object) -> None:
        words = str(said[-1]).split(" ") if said else []
        match words:
            case ["r", organization, seq, named]:
                ids = None if named == "*" else named.split(",")
                for stream in self._of(organization):
                    stream.put("rows", (ids, int(seq)))
            case ["a", organization]:
                for stream in self._of(organization):
                    stream.put("alerts", None)
            case ["p", organization, lead, member, state]:
                for stream in self._of(organization):
                    if str(stream.lead_id) == lead:
                        stream.put("here", (lead, member, state))
            case _:
                for streams in list(self._streams.values()):
                    for stream in list(streams):
                        stream.put("rows", (None, None))

    def look(self, organization_id: UUID) -> None:
        """The shop changed: each of its streams asks whether its session still stands."""
        for stream in list(self._streams.get(organization_id, ())):
            stream.put("look", None)

    def _of(self, organization: str) -> list[Stream]:
        return list(self._streams.get(UUID(organization), ()))

    async def start(self) -> None:
        self._closed = False

    async def stop(self) -> None:
        """Before the server: an open stream would keep it waiting."""
        self._closed = True
        for streams in list(self._streams.values()):
            for stream in list(streams):
                stream.end()
