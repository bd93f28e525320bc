"""Metrics: declared once with kind, meaning and labels, so that `docs/metrics.md` can be generated.

Names start with `surveyor_` and carry their unit. Declare at module level::

    SAMPLES_STORED = counter("surveyor_samples_stored_total", "Samples written to the store.", ["source"])
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from prometheus_client import Counter, Gauge, Histogram

Kind = Literal["counter", "gauge", "histogram"]

SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


@dataclass(frozen=True)
class MetricDefinition:
    """One metric as documentation lists it."""

    name: str
    kind: Kind
    meaning: str
    labels: tuple[str, ...]


_DEFINITIONS: dict[str, MetricDefinition] = {}


def counter(name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
    """Declare a number that only grows; its name ends in `_total`."""
    if not name.endswith("_total"):
        raise ValueError(f"{name}: a counter's name ends in _total")
    _define(name, "counter", meaning, labels)
    return Counter(name, meaning, labels)


def gauge(name: str, meaning: str, labels: Sequence[str] = ()) -> Gauge:
    """Declare a number that goes up and down."""
    _define(name, "gauge", meaning, labels)
    return Gauge(name, meaning, labels)


def histogram(
    name: str, meaning: str, labels: Sequence[str] = (), buckets: Sequence[float] = SECONDS_BUCKETS
) -> Histogram:
    """Declare a distribution, by default of seconds."""
    _define(name, "histogram", meaning, labels)
    return Histogram(name, meaning, labels, buckets=buckets)


def definitions() -> list[MetricDefinition]:
    """Return the metrics of all modules imported so far, by name."""
    return [_DEFINITIONS[name] for name in sorted(_DEFINITIONS)]


def _define(name: str, kind: Kind, meaning: str, labels: Sequence[str]) -> None:
    if not name.startswith("surveyor_"):
        raise ValueError(f"{name}: a metric's name starts with surveyor_")
    if name in _DEFINITIONS:
        raise ValueError(f"{name} is declared twice")
    _DEFINITIONS[name] = MetricDefinition(name, kind, meaning, tuple(labels))


EVENTS_CONSUMED = counter(
    "surveyor_events_consumed_total", "Events read from a topic and handled.", ["topic", "consumer"]
)
EVENTS_PUBLISHED = counter(
    "surveyor_events_published_total", "Events that the broker has acknowledged.", ["topic"]
)
EVENTS_DEAD_LETTERED = counter(
    "surveyor_events_dead_lettered_total",
    "Messages, or one machine's part of a message, sent to a dead-letter topic.",
    ["topic", "consumer", "reason"],
)
CONSUMER_LAG = gauge(
    "surveyor_consumer_lag_events",
    "Events between a consumer's position and the end of a partition.",
    ["topic", "partition", "consumer"],
)
SHARES_HELD = gauge(
    "surveyor_shares_held", "Items that this member of the group works on, such as sources.", ["group"]
)
RETRIES = counter(
    "surveyor_retries_total", "Calls repeated because the other side did not answer.", ["operation"]
)
STORE_ROWS_INSERTED = counter(
    "surveyor_store_rows_inserted_total",
    "Rows sent to a table and acknowledged; raw inserts count what the store reports.",
    ["table"],
)
STORE_SECONDS = histogram(
    "surveyor_store_statement_seconds", "Time that a statement took in the store.", ["kind"]
)
