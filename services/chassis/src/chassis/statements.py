"""SQLAlchemy Core statements as asyncpg takes them: text with `$1` and a list of values."""

from typing import Any, Final

from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.sql import ClauseElement
from sqlalchemy.util import LRUCache

_dialect: Final = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
_cache: Final[Any] = LRUCache(1000)


def compiled(statement: ClauseElement) -> tuple[str, list[Any]]:
    """The text and its values in order. Values go through asyncpg's own codecs, not through SQLAlchemy's processors.

    Statements of one shape are compiled once, by the cache that SQLAlchemy's engines use; hence the private names.
    """
    result: Any
    result, extracted, collected, _ = statement._compile_w_cache(  # noqa: SLF001 -- as said above
        _dialect, compiled_cache=_cache, column_keys=[]
    )
    values = result.construct_params(extracted_parameters=extracted, _collected_params=collected, _no_postcompile=True)
    expanded = result._process_parameters_for_postcompile(values)  # noqa: SLF001 -- lists of IN
    names = expanded.positiontup or ()
    values = {**values, **expanded.additional_parameters}
    return expanded.statement, [values[name] for name in names]
