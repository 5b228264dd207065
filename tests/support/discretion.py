"""Whether the logs of a whole run give anybody away: numbers, words, cookies, secrets."""

import asyncio
import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import asyncpg
from running_stack import RunningStack

SHORTEST = 10
"""Shorter words ("STOP", "C") stand in logs by chance."""
NUMBER = re.compile(r"(?:\+|%2[Bb])1?\d{10}\b|(?<![\w.:-])1?[2-9]\d{2}[2-9]\d{6}(?![\w.:-])")
COOKIE = re.compile(r"cookie['\"]?\s*[:=]\s*['\"]?(?!\[hidden\])\S+", re.IGNORECASE)
PASSWORD = re.compile(r"\w+://[^/\s:@]+:(?!\[hidden\])[^/\s@]+@")
ANNOUNCED = re.compile(r"^ready http.*?^stop  Ctrl-C[^\n]*$", re.MULTILINE | re.DOTALL)
"""What `make up` tells the person in front of it, and no process says: the demo's number, account and sign-in."""
WRITTEN = """
SELECT body FROM texts UNION SELECT body FROM thread_items WHERE body IS NOT NULL UNION SELECT number FROM homeowners WHERE number IS NOT NULL
"""


@contextmanager
def discreet(folder: Path, settings: Mapping[str, str]) -> Iterator[RunningStack]:
    """A running stack. Once it was stopped all that its processes said is read; raises AssertionError with what they should not have."""
    stack = RunningStack(folder, settings)
    stack.start()
    yield stack
    private = [*asyncio.run(_written(stack)), *_secrets(stack)]
    stack.stop()
    assert len(stack.log) > 1000, "nothing was logged"
    found = leaks(stack.log, private=private)
    assert not found, "the logs give somebody away:\n" + "\n".join(found[:20])


def leaks(log: str, *, private: Collection[str]) -> list[str]:
    """The lines that hold something private, or what looks like it."""
    known = [text for text in private if len(text) >= SHORTEST]
    patterns = (NUMBER, COOKIE, PASSWORD)
    return [
        line
        for line in ANNOUNCED.sub("", log).splitlines()
        if any(pattern.search(line) for pattern in patterns) or any(text in line for text in known)
    ]


async def _written(stack: RunningStack) -> list[str]:
    """All that homeowners and shops wrote, and who they are."""
    database = await asyncpg.connect(stack.connections["postgres"]["databases"]["messaging"])
    try:
        rows = await database.fetch(WRITTEN)
    finally:
        await database.close()
    return [line for row in rows for line in str(row["body"]).splitlines()]


def _secrets(stack: RunningStack) -> list[str]:
    kept = json.loads((stack.data / "roles.json").read_text())
    return [(stack.data / "secret_key").read_text().strip(), *map(str, kept.values()), *stack.secrets]
