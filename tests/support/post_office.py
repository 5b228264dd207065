"""A mail server of others, in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.smtp import SMTP


class PostOffice:
    """Keeps what it takes as messages; knows nobody whose address begins with `nobody@`. `address` is for CALLSNARE_SMTP."""

    def __init__(self) -> None:
        self.taken: list[Any] = []
        self.address = ""

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        if address.startswith("nobody@"):
            return "550 there is nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- as above
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@asynccontextmanager
async def open_post_office() -> AsyncIterator[PostOffice]:
    office = PostOffice()
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(office), "127.0.0.1", 0)
    office.address = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield office
    server.close()
    await server.wait_closed()
