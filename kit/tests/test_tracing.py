from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from surveyor_kit.tracing import extract_context, inject_headers

TRACEPARENT = ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


def test_context_flows_through_headers() -> None:
    tracer = TracerProvider().get_tracer("test")
    with tracer.start_as_current_span("publish") as span:
        headers = inject_headers([("ce_id", b"1")])
    received = trace.get_current_span(extract_context(headers)).get_span_context()
    assert received.trace_id == span.get_span_context().trace_id
    assert headers[0] == ("ce_id", b"1")


def test_without_a_span_headers_stay_as_they_are() -> None:
    assert inject_headers([("ce_id", b"1")]) == [("ce_id", b"1")]


def test_older_context_is_replaced_not_doubled() -> None:
    with TracerProvider().get_tracer("test").start_as_current_span("again"):
        names = [name for name, _ in inject_headers([TRACEPARENT])]
    assert names == ["traceparent"]


def test_context_passes_where_no_provider_is_configured() -> None:
    context = extract_context([TRACEPARENT])
    assert inject_headers([], context) == [TRACEPARENT]


def test_malformed_traceparent_is_ignored() -> None:
    context = extract_context([("traceparent", b"\xff not a trace")])
    assert not trace.get_current_span(context).get_span_context().is_valid
