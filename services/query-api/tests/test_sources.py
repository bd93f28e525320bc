"""Every source stands in the list once, whoever has told of it."""

from datetime import timedelta
from uuid import uuid4

from query_api.collectors.schemas import CollectorView, latest_of_each_source
from query_api.testing.builders import NOW
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat, SourceStatus


def a_collector(
    collector_id: str, *source_ids: str, seconds_ago: float, stopping: bool = False
) -> CollectorView:
    sent_at = NOW - timedelta(seconds=seconds_ago)
    heartbeat = CollectorHeartbeat(
        collector_id=collector_id,
        kind="vmware",
        version="0.1.0",
        run_id=uuid4(),
        started_at=sent_at,
        sent_at=sent_at,
        stopping=stopping,
        spool_bytes=0,
        sources=[a_source(source_id) for source_id in source_ids],
    )
    return CollectorView.of(heartbeat, NOW, stale_after_seconds=90)


def a_source(source_id: str) -> SourceStatus:
    return SourceStatus(
        source_id=source_id,
        kind="vcenter",
        address="vcenter.example:443",
        state="connected",
        product=None,
        capabilities={},
        machine_count=1,
        powered_on_count=1,
        inventory_read_at=NOW,
        newest_sample_at=None,
        performance_lag_seconds=None,
        clock_skew_seconds=None,
        last_batch_no=0,
        values_published=0,
        polls_skipped=0,
        last_error=None,
    )


def shown(*collectors: CollectorView) -> list[tuple[str, str, bool]]:
    views = latest_of_each_source(collectors)
    return [(view.source_id, view.collector_id, view.collector_is_stale) for view in views]


def test_sources_of_a_killed_replica_are_shown_at_their_new_one() -> None:
    killed = a_collector("one", "a", "b", seconds_ago=40)
    survivor = a_collector("two", "c", "b", "a", seconds_ago=5)
    assert shown(killed, survivor) == [("a", "two", False), ("b", "two", False), ("c", "two", False)]


def test_running_replica_tells_of_a_source_even_if_another_one_stopped_later() -> None:
    running = a_collector("one", "a", seconds_ago=20)
    stopped = a_collector("two", "a", seconds_ago=1, stopping=True)
    assert shown(running, stopped) == [("a", "one", False)]


def test_source_that_nobody_follows_is_shown_as_its_last_collector_left_it() -> None:
    older = a_collector("one", "a", seconds_ago=2000)
    newer = a_collector("two", "a", seconds_ago=1000)
    assert shown(newer, older) == [("a", "two", True)]
