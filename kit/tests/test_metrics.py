import pytest

from surveyor_kit.metrics import MetricDefinition, counter, definitions, gauge
from surveyor_kit.metrics_docs import metrics_table


def test_counter_without_total_is_refused() -> None:
    with pytest.raises(ValueError, match="_total"):
        counter("surveyor_events", "Events.")


def test_foreign_name_is_refused() -> None:
    with pytest.raises(ValueError, match="surveyor_"):
        gauge("lag", "Lag.")


def test_declaring_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        counter("surveyor_retries_total", "Again.")


def test_table_lists_kind_labels_and_meaning() -> None:
    table = metrics_table([MetricDefinition("surveyor_x", "gauge", "An x.", ("topic", "consumer"))])
    assert table.splitlines()[-1] == "| `surveyor_x` | gauge | `topic`, `consumer` | An x. |"


def test_shared_metrics_are_listed() -> None:
    assert "surveyor_events_consumed_total" in [metric.name for metric in definitions()]
