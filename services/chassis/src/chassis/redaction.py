"""What must never stand in a log: phone numbers, names, texts, cookies, secrets, and rows of a database."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any, Final

HIDDEN: Final = "[hidden]"
HIDDEN_KEYS: Final = frozenset(
    {
        "address", "api_key", "authorization", "body", "caller", "color_message", "content", "cookie", "credential", "customer_name", "dsn", "email",
        "first_name", "form", "from", "from_", "full_name", "headers", "homeowner", "last_name", "name", "notes", "number", "password", "payload",
        "phone", "positional_args", "query", "secret", "secret_key", "signing_key", "set_cookie", "text", "to", "token",
    }
)  # fmt: skip
HIDDEN_ENDINGS: Final = ("_body", "_cookie", "_number", "_password", "_phone", "_secret", "_token")
OURS: Final = frozenset({"logger", "level", "timestamp", "service", "trace_id"})
_KEPT: Final = frozenset({"_record", "_from_structlog"})  # structlog's own notes, taken out before the line is written

_BETWEEN: Final = r"[ .\-\u2010-\u2015\u00a0/]"
_PHONE: Final = re.compile(
    r"(?:\+|%2[Bb])[ ]?[1-9][\d \-.()\u00a0]{5,20}\d"  # with a plus sign, however it is grouped
    rf"|(?<![0-9A-Za-z])(?:1{_BETWEEN}{{0,2}})?\(?[2-9]\d{{2}}\)?{_BETWEEN}{{0,3}}\d{{3}}{_BETWEEN}{{0,3}}\d{{4}}(?![0-9A-Za-z])"
)
"""The second form is how people in North America write it, and its bare digits."""
_TO_THE_END: Final = r"[\s\S]*?(?=\n(?:Traceback |The above exception |During handling )|\Z)"
_ROW: Final = re.compile(r"(DETAIL|HINT|CONTEXT|QUERY|STATEMENT): " + _TO_THE_END)
_VALUE: Final = re.compile(
    r"(invalid input for query argument \$\d+:|invalid input syntax for [a-z ]+:|\[parameters:) " + _TO_THE_END
)
_NAMED: Final = re.compile(
    r"\b((?:\w+_)?(?:body|content|cookie|email|from|name|notes|number|password|payload|phone|secret|text|to|token|value)['\"]?\s*[:=]\s*)"
    r"(?:b?'(?:[^'\\]|\\.)*'|b?\"(?:[^\"\\]|\\.)*\")",
    re.IGNORECASE,
)
"""A value beside its name, as a library prints a dictionary, a record or JSON."""
_ADDRESS: Final = re.compile(r"(\w+://)[^/\s:@]*:[^/\s@]*@")
_QUERY_STRING: Final = re.compile(r"((?:https?://|/)[^\s?\"']*)\?[^\s\"']+")


def redact(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: hides values by their key, and what looks private wherever it stands."""
    for key, value in line.items():
        if key not in OURS and key not in _KEPT:
            line[key] = _cleaned(key, value)
    return line


def clean(text: str) -> str:
    """A text without phone numbers, rows, passwords in addresses, and query strings."""
    text = _ROW.sub(rf"\1: {HIDDEN}", text)
    text = _VALUE.sub(rf"\1 {HIDDEN}", text)
    text = _NAMED.sub(rf"\1{HIDDEN}", text)
    text = _ADDRESS.sub(rf"\1{HIDDEN}@", text)
    text = _QUERY_STRING.sub(rf"\1?{HIDDEN}", text)
    return _PHONE.sub(HIDDEN, text)


def _cleaned(key: str, value: Any) -> Any:
    return HIDDEN if _is_hidden(key) else _clean(value)


def _is_hidden(key: str) -> bool:
    plain = key.lower().replace("-", "_")
    return plain in HIDDEN_KEYS or plain.endswith(HIDDEN_ENDINGS)


def _clean(value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return clean(value)
        case bytes():
            return HIDDEN
        case Mapping():
            return {clean(str(key)): _cleaned(str(key), inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_clean(inner) for inner in value]
        case _:
            return clean(str(value))
