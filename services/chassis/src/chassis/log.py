"""Logs: one JSON object a line on standard error, with ids and never with what a homeowner said or who they are."""

import logging
import sys
import time
from collections.abc import Callable
from typing import Any, Final

import structlog

from chassis.redaction import redact
from chassis.telemetry import current_trace_id

QUIET: Final = ("aiokafka", "uvicorn", "uvicorn.error", "faststream", "asyncio", "alembic", "opentelemetry")
"""Libraries whose everyday lines nobody needs; their warnings stay."""
CHATTY: Final = ("aiokafka", "asyncpg", "faststream", "opentelemetry")
EVERY_SECONDS: Final = 10.0
MOST_SAID: Final = 500


class Seldom(logging.Filter):
    """Lets a library say the same again only every few seconds: while Kafka is away its client would fill the disk.

    What was left out is counted in `repeated` of the next line that is let through.
    """

    def __init__(self, *, every_seconds: float = EVERY_SECONDS, seconds: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._every, self._seconds = every_seconds, seconds
        self._said: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(CHATTY):
            return True
        now, key = self._seconds(), (record.name, str(record.msg))
        at, left_out = self._said.get(key, (-self._every, 0))
        if now - at < self._every:
            self._said[key] = (at, left_out + 1)
            return False
        if len(self._said) >= MOST_SAID:  # a library that puts figures into its words
            self._said.clear()
        self._said[key] = (now, 0)
        if left_out:
            record.repeated = left_out
        return True


def configure_logging(*, service: str, level: str = "INFO") -> None:
    """Routes our own and every library's lines through one pipeline, redaction last before they are written."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        _Named(service),
        redact,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_handler(shared)]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


def _handler(shared: list[Any]) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Seldom())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(default=str),
            ],
        )
    )
    return handler


class _Named:
    """Says which service speaks, and in which trace when there is one."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: Any, _method: str, line: dict[str, Any]) -> dict[str, Any]:
        line["service"] = self._service
        if trace_id := current_trace_id():
            line["trace_id"] = trace_id
        return line
