"""What readiness asks: the database must answer; Kafka may be away for a while."""

import asyncio
from collections.abc import Mapping
from typing import Final

from chassis.database import Database
from chassis.http import Check

SECONDS: Final = 1.0


class Probes:
    """The checks of a service that has a database and speaks to Kafka."""

    def __init__(self, *, database: Database, kafka: str) -> None:
        self._database, self._kafka = database, kafka

    @property
    def checks(self) -> Mapping[str, Check]:
        return {"postgres": self.postgres, "kafka": self.kafka}

    async def postgres(self) -> str:
        async with self._database.work_pool.acquire(timeout=SECONDS) as connection:
            await connection.fetchval("SELECT 1", timeout=SECONDS)
        return "ok"

    async def kafka(self) -> str:
        host, _, port = self._kafka.split(",")[0].rpartition(":")
        try:
            async with asyncio.timeout(SECONDS):
                _, writer = await asyncio.open_connection(host, int(port))
        except (OSError, TimeoutError):
            return "degraded: Kafka is away"
        writer.close()
        return "ok"
