"""The floor of a callback: an app that parses the form and does one insert, under the same server as capture."""

from urllib.parse import parse_qsl
from uuid import UUID

import asyncpg
import uvicorn


class Bare:
    """ASGI: parse, insert, answer; nothing else."""

    def __init__(self, postgres: str, connections: int) -> None:
        self._postgres, self._connections, self._count = postgres, connections, 0

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self._count += 1
        await self._pool.execute(
            "INSERT INTO bench_bare VALUES ($1, $2, $3)", UUID(int=self._count), form["CallSid"], body
        )
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"text/xml"), (b"content-length", b"11")],
            }
        )
        await send({"type": "http.response.body", "body": b"<Response/>"})

    async def _lifespan(self, receive, send) -> None:
        await receive()
        self._pool = await asyncpg.create_pool(self._postgres, min_size=self._connections, max_size=self._connections)
        await self._pool.execute(
            "DROP TABLE IF EXISTS bench_bare; CREATE TABLE bench_bare (id uuid PRIMARY KEY, sid text NOT NULL, body bytea NOT NULL)"
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._pool.execute("DROP TABLE bench_bare")
        await self._pool.close()
        await send({"type": "lifespan.shutdown.complete"})


def serve(postgres: str, port: int) -> None:
    """Runs until stopped by a signal."""
    uvicorn.run(
        Bare(postgres, 10),
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="error",
    )


if __name__ == "__main__":
    import sys

    serve(sys.argv[1], int(sys.argv[2]))
