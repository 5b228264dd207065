"""What really arrives on standard error, from a process of its own."""

import json
import logging
import subprocess
import sys
from typing import Any

from chassis.log import Seldom

NUMBER, WORDS = "+13125550123", "no heat since Monday"
PREPARED = f"""
import asyncio, logging, warnings
from chassis.log import configure_logging, get_logger
configure_logging(service="sample", level="INFO")
log = get_logger("sample.part")
NUMBER, WORDS = {NUMBER!r}, {WORDS!r}
"""


def _lines(code: str) -> list[dict[str, Any]]:
    told = subprocess.run([sys.executable, "-c", PREPARED + code], capture_output=True, text=True, check=True)
    assert told.stdout == ""
    assert NUMBER[2:] not in told.stderr
    assert WORDS not in told.stderr
    return [json.loads(line) for line in told.stderr.splitlines()]


def test_each_line_is_json_and_says_who_speaks() -> None:
    (line,) = _lines("log.info('stored', call_id='CA1', count=2)")
    assert (line["event"], line["service"], line["logger"], line["level"]) == (
        "stored",
        "sample",
        "sample.part",
        "info",
    )
    assert (line["call_id"], line["count"]) == ("CA1", 2)
    assert line["timestamp"].endswith("Z")


def test_a_libraries_lines_go_the_same_way() -> None:
    first, second = _lines("""
logging.getLogger("aiokafka.consumer").warning("lost %s by %s", NUMBER, {"body": WORDS, "seq": 1})
logging.getLogger("uvicorn.error").error("x", extra={"color_message": WORDS})
""")
    assert (first["logger"], first["level"], first["service"]) == ("aiokafka.consumer", "warning", "sample")
    assert second["color_message"] == "[hidden]"


def test_everyday_lines_of_libraries_are_left_out() -> None:
    assert _lines("logging.getLogger('aiokafka.consumer').info('x'); log.debug('y')") == []


def test_what_a_library_says_again_and_again_is_told_seldom_and_counted() -> None:
    now = [0.0]
    seldom = Seldom(every_seconds=10, seconds=lambda: now[0])

    def told(name: str, words: str, *values: object) -> list[object]:
        record = logging.LogRecord(name, logging.ERROR, "", 0, words, values, None)
        return [getattr(record, "repeated", 0)] if seldom.filter(record) else []

    assert told("aiokafka", "cannot connect to %s", 1) == [0]
    assert [told("aiokafka", "cannot connect to %s", node) for node in (1, 2, 1)] == [[], [], []]
    assert told("aiokafka.consumer", "cannot connect to %s", 1) == [0]
    assert told("chassis.relay", "relay_holds_key") == told("chassis.relay", "relay_holds_key") == [0]
    now[0] = 10.0
    assert told("aiokafka", "cannot connect to %s", 3) == [3]
    assert told("aiokafka", "cannot connect to %s", 3) == []


def test_an_error_keeps_its_traceback_but_not_its_data() -> None:
    ours, theirs = _lines("""
def store():
    raise ValueError(f"{NUMBER} is taken\\nDETAIL:  Key (body)=({WORDS}) exists")
try:
    store()
except ValueError:
    log.exception("not_stored", number=NUMBER)
    logging.getLogger("asyncio").exception("Task exception was never retrieved")
""")
    for line in (ours, theirs):
        assert "in store" in line["exception"]
        assert "ValueError: [hidden] is taken" in line["exception"]
    assert ours["number"] == "[hidden]"


def test_positional_arguments_and_warnings_are_cleaned_as_well() -> None:
    first, second = _lines("log.info('rang %s', NUMBER); warnings.warn(f'{NUMBER} is odd')")
    assert first["event"] == "rang [hidden]"
    assert "[hidden] is odd" in second["event"]


def test_what_json_cannot_say_is_told_as_cleaned_text() -> None:
    (line,) = _lines("""
class Caller:
    def __repr__(self): return f"Caller({NUMBER})"
log.info("seen", who=Caller(), several=(Caller(), {NUMBER: 1}))
""")
    assert line["who"] == "Caller([hidden])"
    assert line["several"] == ["Caller([hidden])", {"[hidden]": 1}]
