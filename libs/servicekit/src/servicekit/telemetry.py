"""Traces whose one id spans HTTP, outbox, Kafka and the next service; metrics that say what is stuck."""

import re
from collections.abc import Sequence

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context
from prometheus_client import Counter

from servicekit.runtime import Runtime
from servicekit.settings import Settings

DECISIONS = Counter("redletter_decisions", "What was decided, by reason code", ["service", "news", "reason"])
_tracers: dict[str, trace.Tracer] = {}


def configure(name: str, settings: Settings) -> None:
    """Send spans to the collector when one is configured; without one the ids still travel."""
    if settings.otlp_endpoint:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415  2 MB that few need
            OTLPSpanExporter,
        )

        provider = TracerProvider(resource=Resource.create({"service.name": name}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.otlp_endpoint)))
        record_with(name, provider)


def record_with(name: str, provider: TracerProvider) -> None:
    """Record this service's spans with that provider."""
    _tracers[name] = provider.get_tracer("redletter")


def taken_over(header: str) -> str:
    """Take over the caller's trace when it is one (W3C traceparent); anything else is as good as none."""
    good = re.fullmatch(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", header)
    return header if good else ""


def span(service: str, runtime: Runtime, name: str, parent: str, cause: str = "", **attributes: str) -> str:
    """Record one span and give its W3C traceparent.

    Args:
        service: whose span it is.
        runtime: gives the id when nobody records.
        name: what happened, e.g. the event's type.
        parent: the traceparent it belongs under: the case's own trace.
        cause: another traceparent that led to it, kept as a link, e.g. the HTTP request.
        attributes: what to find it by.
    """
    tracer = _tracers.get(service)
    if tracer is None:
        return f"00-{parent.split('-')[1] if parent else runtime.new_trace()}-{runtime.new_span()}-01"
    context = set_span_in_context(NonRecordingSpan(_context(parent))) if parent else None
    links = [Link(_context(cause))] if cause and cause != parent else []
    with tracer.start_as_current_span(name, context=context, links=links, attributes=attributes) as recorded:
        made = recorded.get_span_context()
    return f"00-{made.trace_id:032x}-{made.span_id:016x}-01"


def _context(traceparent: str) -> SpanContext:
    _, trace_id, span_id, _ = traceparent.split("-")
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=True, trace_flags=TraceFlags(1))


def decided(service: str, reasons: Sequence[tuple[str, str]]) -> None:
    """Count decisions by the code of their reason."""
    for news, reason in reasons:
        DECISIONS.labels(service, news, reason).inc()
