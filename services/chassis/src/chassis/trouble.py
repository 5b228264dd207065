"""Whose fault an error is: an engine's, to be waited out, or that of the record in hand."""

from typing import Final

import asyncpg

from chassis.database import INFRASTRUCTURE

_ENGINES: Final = (
    *INFRASTRUCTURE,
    asyncpg.TransactionRollbackError,
    asyncpg.OperatorInterventionError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby, in the middle of a fail-over
    asyncpg.PostgresSystemError,
)


class CannotStartError(Exception):
    """A process cannot do its work here; the sentence says why."""


def is_of_engines(error: BaseException) -> bool:
    """True for trouble that passes without the record being to blame.

    asyncpg's own DataError (a number too large for its column) is an InterfaceError too, and as a ValueError it is the record's.
    """
    return isinstance(error, _ENGINES) and not isinstance(error, ValueError)


def told(error: BaseException) -> str:
    """An error in one line."""
    return f"{type(error).__name__}: {error}"
