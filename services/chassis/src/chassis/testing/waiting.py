"""Waiting for facts instead of for seconds."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any


async def eventually(check: Callable[[], Any | Awaitable[Any]], *, timeout: float = 20.0, every: float = 0.02) -> Any:  # noqa: ASYNC109
    """The first true value of `check`; an AssertionError inside counts as not yet. Raises AssertionError in the end."""
    deadline = time.monotonic() + timeout
    problem = "it never became true"
    while time.monotonic() < deadline:
        try:
            value = check()
            value = await value if inspect.isawaitable(value) else value
            if value:
                return value
        except AssertionError as error:
            problem = str(error)
        await asyncio.sleep(every)
    raise AssertionError(f"not within {timeout} s: {problem}")
