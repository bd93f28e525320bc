"""Sources and brokers that fail: seen in status, survived, and nothing lost or told twice."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from devstack.fixtures.broker import Kafka
from devstack.fixtures.collector import PATIENCE_SECONDS, Published, published, running
from devstack.fixtures.service import ServiceProcess
from devstack.fixtures.vcenter import RunningVCenter
from surveyor_kit.settings import KafkaSettings
from surveyor_kit.testing import FaultProxy
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat, SourceStatus

from .published_values import latest, values_of
from .running_collector import a_collector, source_for
from .vcenter_client import connected

pytestmark = pytest.mark.parts

CANARY = "canary-of-a-password-7391"


def status_of(seen: Published, source_id: str) -> SourceStatus | None:
    """Return the newest word on a source."""
    heartbeats = seen.of(CollectorHeartbeat)
    sources = heartbeats[-1].sources if heartbeats else []
    return next((source for source in sources if source.source_id == source_id), None)


async def until_failing(collector: ServiceProcess, check: str, *, fails: bool) -> str:
    """Wait until a check of `/readyz` fails, or does not any more."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                failing = await asyncio.to_thread(collector.failing_checks)
            except httpx.TransportError:
                continue
            if (check in failing) == fails:
                return failing.get(check, "")


async def test_a_refused_login_is_shown_everywhere_and_touches_no_other_source(
    vcenter: RunningVCenter, broker: KafkaSettings, tmp_path: Path
) -> None:
    refused = source_for(vcenter, "refused", tmp_path)
    well = source_for(vcenter, "well", tmp_path)
    (tmp_path / refused["password_file"]).write_text(CANARY)
    collector = a_collector(tmp_path, broker, [refused, well])
    async with running(collector), published(broker, "refused") as seen, published(broker, "well") as other:
        await other.until(lambda s: s.of(PerformanceSampled), "samples of the other source")
        status = await seen.until(
            lambda s: (found := status_of(s, "refused")) and found.last_error and found, "the error"
        )
        detail = await until_failing(collector, "source refused", fails=True)
        metrics = await asyncio.to_thread(collector.metrics)
    assert (status.state, status.last_error.code) == ("disconnected", "login-refused")
    assert "refused user name or password" in detail
    assert 'surveyor_collector_vmware_errors_total{code="login-refused",source="refused"} 1.0' in metrics
    said = "".join(event.model_dump_json() for event in [*seen.events, *other.events])
    assert CANARY not in said + detail + metrics + collector.log_text()
    assert vcenter.password not in said + detail + metrics + collector.log_text()


async def test_an_outage_of_the_source_loses_neither_samples_nor_changes(
    own_vcenter: RunningVCenter, broker: KafkaSettings, tmp_path: Path
) -> None:
    address = urlsplit(own_vcenter.url)
    async with FaultProxy("127.0.0.1", address.port or 443) as proxy:
        source = source_for(own_vcenter, "outage", tmp_path, port=proxy.port)
        collector = a_collector(tmp_path, broker, [source])
        async with running(collector), published(broker, "outage") as seen:
            await seen.until(values_of, "samples")
            await proxy.refuse()
            assert "unreachable" in await until_failing(collector, "source outage", fails=True)
            with connected(own_vcenter) as client:
                machine = client.a_running_machine()
                await asyncio.to_thread(lambda: client.wait(machine.Rename_Task("during-the-outage")))
            last = max(at for values in values_of(seen).values() for at in values)
            proxy.heal()
            await until_failing(collector, "source outage", fails=False)
            await seen.until(
                lambda s: any(getattr(m, "name", "") == "during-the-outage" for m in latest(s).values()),
                "the change",
            )
            await seen.until(
                lambda s: all(max(values) > last for values in values_of(s).values()), "new samples"
            )
        assert proxy.faults["refuse"] > 0
    for values in values_of(seen).values():
        assert len(values) == (max(values) - min(values)) / 20 + 1


async def test_an_ended_session_is_opened_again(
    own_vcenter: RunningVCenter, broker: KafkaSettings, tmp_path: Path
) -> None:
    collector = a_collector(tmp_path, broker, [source_for(own_vcenter, "ended", tmp_path)])
    with connected(own_vcenter) as client:
        async with running(collector), published(broker, "ended") as seen:
            await seen.until(values_of, "samples")
            sessions = client.content.sessionManager
            own = sessions.currentSession.key
            sessions.TerminateSession([s.key for s in sessions.sessionList if s.key != own])
            status = await seen.until(
                lambda s: (found := status_of(s, "ended")) and found.last_error and found, "the error"
            )
            assert status.last_error.code == "session-ended"
            machine = client.a_running_machine()
            await asyncio.to_thread(lambda: client.wait(machine.Rename_Task("after-the-end")))
            await seen.until(
                lambda s: any(getattr(m, "name", "") == "after-the-end" for m in latest(s).values()),
                "a later change",
            )


@pytest.mark.slow
async def test_an_outage_of_the_broker_loses_nothing(
    vcenter: RunningVCenter, broker: KafkaSettings, kafka: Kafka, tmp_path: Path
) -> None:
    collector = a_collector(tmp_path, broker, [source_for(vcenter, "broker-away", tmp_path)])
    async with running(collector):
        async with published(broker, "broker-away") as seen:
            await seen.until(values_of, "samples")
        await asyncio.to_thread(kafka.kill)
        await until_failing(collector, "kafka_publisher", fails=True)
        await asyncio.to_thread(kafka.start)
        await until_failing(collector, "kafka_publisher", fails=False)
        async with published(broker, "broker-away") as seen:
            await seen.to_the_end()
            last = max(at for values in values_of(seen).values() for at in values)
            await seen.until(
                lambda s: all(max(values) > last for values in values_of(s).values()), "new samples"
            )
            assert await asyncio.to_thread(collector.stop) == 0
            await seen.to_the_end()
    for values in values_of(seen).values():
        assert len(values) == (max(values) - min(values)) / 20 + 1
    numbers = {batch.batch_no for batch in seen.of(PerformanceSampled)}
    assert numbers == set(range(1, seen.of(CollectorHeartbeat)[-1].sources[0].last_batch_no + 1))
