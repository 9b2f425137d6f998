"""W3C trace context, carried from a request's `traceparent` through the outbox and Kafka's headers to the effect."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_propagator = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("ecommerce-subsidies")
_exporting = threading.Event()
NO_OTHER_SPANS = TelemetryConfig(tracing=False, metrics=False, logs=False, operation_spans=False, auto_configure=False)
"""For every FastAPI app: its own spans would contain the paths and queries that callers submit."""


def configure(service: str, process: str, otlp_endpoint: str | None = None) -> None:
    """Install the process's tracer provider: it makes and propagates ids, and exports spans to `otlp_endpoint` if given."""
    provider = TracerProvider(resource=Resource.create({"service.name": f"{service}-{process}"}))
    if otlp_endpoint:
        _exporting.set()
        exporter = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)


def flush() -> None:
    """Export the remaining spans before the process ends."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.shutdown()


def current_trace_id() -> str | None:
    """Return the current trace id (32 hexadecimal digits); None without a trace."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


def current_trace_parent() -> str | None:
    """Return the current context as a `traceparent` header, to be stored with an outbox row or a job."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


def record(name: str, trace_parents: Iterable[str | None], started_ns: int, kind: SpanKind) -> None:
    """Record a span from `started_ns` to now under each of `trace_parents`: a batch's part in each trace.

    Does nothing if spans are not exported.
    """
    if not _exporting.is_set():
        return
    for trace_parent in trace_parents:
        if trace_parent:
            parent = _propagator.extract({"traceparent": trace_parent})
            _tracer.start_span(name, context=parent, kind=kind, start_time=started_ns).end()


def _context_of(trace_parent: str) -> trace.SpanContext:
    return trace.get_current_span(_propagator.extract({"traceparent": trace_parent}, Context())).get_span_context()


@contextmanager
def span(
    name: str, trace_parent: str | None = None, *, linked: str | None = None, server: bool = False
) -> Iterator[trace.Span]:
    """Run the block in a span, a child of `trace_parent` if given.

    A span of a trace of its own names the caller's, `linked`, as a link: what a caller sends must not choose the id under which
    the audit log and the logs know its request.
    """
    parent: Context | None = _propagator.extract({"traceparent": trace_parent}) if trace_parent else None
    kind = SpanKind.SERVER if server else SpanKind.INTERNAL
    links = [trace.Link(context)] if linked and (context := _context_of(linked)).is_valid else []
    with _tracer.start_as_current_span(name, context=parent, kind=kind, links=links) as current:
        yield current
