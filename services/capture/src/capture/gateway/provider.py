"""What capture asks of a carrier: its own lists of calls, texts and numbers."""

from datetime import datetime
from typing import NamedTuple, Protocol


class ProviderError(Exception):
    """The carrier did not answer, or not in its own shapes. `status` is what it answered, where it did."""

    def __init__(self, words: str, *, status: int | None = None) -> None:
        super().__init__(words)
        self.status = status


class ProviderCall(NamedTuple):
    """A caller's leg, with the provider's word for its state."""

    call_id: str
    from_number: str
    to_number: str
    status: str
    started_at: datetime | None
    ended_at: datetime | None


class ProviderRecording(NamedTuple):
    """A message that the caller left."""

    recording_id: str
    url: str
    seconds: int


class ProviderStory(NamedTuple):
    """A call with the leg that was dialled for it (None: none was) and what was recorded."""

    call: ProviderCall
    leg: str | None
    leg_seconds: int
    recording: ProviderRecording | None


class ProviderText(NamedTuple):
    """A text that came in; `media` counts its pictures."""

    message_id: str
    from_number: str
    to_number: str
    body: str
    received_at: datetime | None
    media: int


class ProviderMedia(NamedTuple):
    """A picture of a text at the carrier's address."""

    url: str
    content_type: str


class Provider(Protocol):
    """One account at a carrier. Every call raises ProviderError when it fails."""

    async def calls(self, *, number: str, since: datetime) -> list[ProviderCall]:
        """Callers' legs to this number that began since."""
        ...

    async def story(self, *, call_id: str) -> ProviderStory | None:
        """None for a call that the carrier does not know."""
        ...

    async def texts(self, *, number: str, since: datetime) -> list[ProviderText]:
        """That came in to this number since."""
        ...

    async def media(self, *, message_id: str) -> list[ProviderMedia]: ...

    async def numbers(self) -> set[str]:
        """Those that are registered with the account."""
        ...

    async def checked_numbers(self) -> set[str]:
        """As `numbers`, where an account that the carrier does not know is an error, too."""
        ...
