"""What a collector receives: one trace from the request to whoever goes on with it, and nothing that a homeowner said."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from otlp_collector import Collector, collecting

from chassis.telemetry import current_trace_id, current_traceparent, span

PROCESS = Path(__file__).with_name("trace_process.py")
CODE_OF_ERROR = 2


@pytest.fixture(scope="module")
def collector(postgres_superuser: str) -> Iterator[Collector]:
    """After one process ran with it."""
    with collecting() as server:
        subprocess.run([sys.executable, str(PROCESS), server.address, postgres_superuser], check=True, timeout=60)
        yield server


def spans_of(collector: Collector) -> Mapping[str, Any]:
    return {span.name: span for _, span in collector.spans}


def test_request_query_and_consumer_are_one_trace(collector: Collector) -> None:
    spans = spans_of(collector)
    request, query, take = spans["GET /webhook/{secret}"], spans["SELECT"], spans["take"]
    assert {each.trace_id.hex() for each in (request, query, take)} == {"ab" * 16}
    assert request.parent_span_id.hex() == "cd" * 8
    assert query.parent_span_id == request.span_id
    assert take.parent_span_id == request.span_id
    assert [link.span_id.hex() for link in take.links] == ["cd" * 8]


def test_in_a_batch_of_several_traces_each_effect_goes_on_with_its_own(collector: Collector) -> None:
    effect = spans_of(collector)["effect"]
    assert (effect.trace_id.hex(), effect.parent_span_id.hex()) == ("ef" * 16, "cd" * 8)


def test_a_failure_is_marked_without_its_words(collector: Collector) -> None:
    take = spans_of(collector)["take"]
    assert (take.status.code, take.status.message, list(take.events)) == (CODE_OF_ERROR, "", [])
    for path, body in collector.received:
        assert path == "/v1/traces"
        assert b"no heat" not in body
        assert b"s3cret" not in body


def test_without_an_endpoint_nothing_is_traced_and_nothing_is_imported() -> None:
    with span("x", parents=["00-" + "ab" * 16 + "-" + "cd" * 8 + "-01"]):
        assert (current_traceparent(), current_trace_id()) == (None, None)
    code = "import sys, chassis.telemetry as t\nwith t.span('x'): pass\nassert 'opentelemetry.sdk' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
