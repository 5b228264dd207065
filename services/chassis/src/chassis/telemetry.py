"""Traces: OpenTelemetry over OTLP/HTTP when an endpoint is set, and next to no cost when it is not."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
    from opentelemetry.trace import Tracer

    from chassis.settings import Settings

STOP_MILLISECONDS: Final = 2000
MOST_PARENTS: Final = 20
"""To more traces than these a batch is not linked."""
_provider: "TracerProvider | None" = None
_tracer: "Tracer | None" = None
_origins: ContextVar[Mapping[UUID, str]] = ContextVar("origins")


def configure_tracing(settings: "Settings") -> None:
    """Call once, before pools and HTTP are built. Statements are traced without their values."""
    if settings.otlp_endpoint is None:
        return
    global _provider, _tracer  # noqa: PLW0603 -- one tracer per process, set once
    # Imported here: it costs time and memory that nobody without tracing pays.
    from opentelemetry import trace  # noqa: PLC0415
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import SpanLimits, SpanProcessor, TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    class Discreet(SpanProcessor):
        """An exception's text may hold what a homeowner said: that it failed stays, in which words does not."""

        def on_end(self, span: "ReadableSpan") -> None:
            span._status = trace.Status(span.status.status_code)  # noqa: SLF001 -- there is no other way in

    named = {"service.name": settings.service, "service.instance.id": settings.instance}
    no_exceptions = SpanLimits(max_events=0)  # they are events, with their texts
    _provider = TracerProvider(resource=Resource.create(named), span_limits=no_exceptions)
    _provider.add_span_processor(Discreet())
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{settings.otlp_endpoint}/v1/traces")))
    trace.set_tracer_provider(_provider)
    AsyncPGInstrumentor().instrument()  # type: ignore[no-untyped-call]
    _tracer = _provider.get_tracer("callsnare")


def current_traceparent() -> str | None:
    """The W3C `traceparent` of the span we are in; None without tracing. It rides in rows, records and requests."""
    if _tracer is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent")


def current_trace_id() -> str | None:
    """32 hexadecimal digits, for log lines; None outside any span."""
    traceparent = current_traceparent()
    return traceparent.split("-")[1] if traceparent else None


def traceparent_of(event_id: UUID) -> str | None:
    """Under what the effects of one event go: in a batch of several traces its own, else the span we are in."""
    return _origins.get({}).get(event_id) or current_traceparent()


@contextmanager
def batch_span(name: str, *, origins: Mapping[UUID, str]) -> Iterator[None]:
    """A span for several events at once. `origins` has the traceparent of each event that came with one."""
    several = len(origins) > 1
    with span(name, parents=list(origins.values())[:MOST_PARENTS]):
        token = _origins.set(origins if several else {})
        try:
            yield
        finally:
            _origins.reset(token)


@contextmanager
def span(
    name: str, *, parents: Sequence[str | None] = (), facts: Mapping[str, str | int | bool] | None = None
) -> Iterator[None]:
    """A span under the first of `parents` (W3C traceparents; None is left out), linked to the others.

    Without parents it goes under the span we are in. `facts` hold ids and counts, never what a homeowner said.
    """
    if _tracer is None:
        yield
        return
    from opentelemetry import trace  # noqa: PLC0415
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    contexts = [TraceContextTextMapPropagator().extract({"traceparent": parent}) for parent in parents if parent]
    links = [trace.Link(trace.get_current_span(context).get_span_context()) for context in contexts[1:]]
    under = contexts[0] if contexts else None
    with _tracer.start_as_current_span(name, context=under, links=links, attributes=dict(facts or {})):
        yield


def stop_tracing() -> None:
    """Sends what is still here, briefly."""
    if _provider is not None:
        _provider.force_flush(STOP_MILLISECONDS)
        _provider.shutdown()
