"""W3C trace context through Kafka headers; spans leave the process only where OTLP is set."""

from collections.abc import Iterable

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from surveyor_kit.settings import TracingSettings

Headers = list[tuple[str, bytes]]

_PROPAGATOR = TraceContextTextMapPropagator()
_TRACE_HEADERS = _PROPAGATOR.fields


def configure_tracing(service: str, settings: TracingSettings) -> TracerProvider:
    """Make this process's spans carry the service's name and export them if an endpoint is set.

    Returns:
        The provider; `shutdown()` sends what is still held.
    """
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}))
    if settings.otlp_endpoint:
        endpoint = f"{settings.otlp_endpoint.rstrip('/')}/v1/traces"
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)
    return provider


def inject_headers(headers: Iterable[tuple[str, bytes]], context: Context | None = None) -> Headers:
    """Return `headers` with the context's `traceparent`; unchanged when there is no span."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, context)
    if not carrier:
        return list(headers)
    kept = [(name, value) for name, value in headers if name not in _TRACE_HEADERS]
    return [*kept, *((name, value.encode("ascii")) for name, value in carrier.items())]


def extract_context(headers: Iterable[tuple[str, bytes]]) -> Context:
    """Return the context that `traceparent` names; an empty one if it is absent or malformed."""
    carrier = {
        name: value.decode("ascii", errors="replace") for name, value in headers if name in _TRACE_HEADERS
    }
    return _PROPAGATOR.extract(carrier, Context())
