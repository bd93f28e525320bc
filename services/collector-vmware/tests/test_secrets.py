"""No password leaves the collector, and the search for it finds one that does."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from devstack.fixtures.collector import Published, published, running
from devstack.fixtures.service import ServiceProcess
from devstack.fixtures.vcenter import RunningVCenter
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.base import Event
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat

from .running_collector import a_collector, source_for
from .vsphere_front import VsphereFront, changed, front_of, http_error, soap_fault

pytestmark = pytest.mark.parts

CANARY = "canary-7391-Of-A-Password"


def places_of(secret: str, said: Mapping[str, str]) -> set[str]:
    """Return where a secret stands."""
    return {place for place, text in said.items() if secret.lower() in text.lower()}


async def all_that_was_said(collector: ServiceProcess, *seen: Published) -> dict[str, str]:
    """Return everything that leaves a running collector, by the way that it takes."""
    checked = await asyncio.to_thread(collector.run_beside, "--check")
    events = [event for each in seen for event in each.of(Event)]
    heartbeats = [event for event in events if isinstance(event, CollectorHeartbeat)]
    return {
        "events": "".join(event.model_dump_json() for event in events),
        "errors": "".join(source.model_dump_json() for beat in heartbeats for source in beat.sources),
        "readiness": str(await asyncio.to_thread(collector.failing_checks)),
        "metrics": await asyncio.to_thread(collector.metrics),
        "log": collector.log_text(),
        "check": checked.stdout + checked.stderr,
    }


def echo_the_password(front: VsphereFront) -> None:
    """Let logins fail in ways that repeat what was sent."""
    front.spoil("Login", changed(lambda _: f"<html>{CANARY}".encode()), 1)
    front.spoil("Login", changed(lambda _: f"<returnval>{CANARY}</returnval>".encode()), 1)
    front.spoil("Login", soap_fault(f"Fault-{CANARY}"), 1)
    front.spoil("Login", http_error(401))


def failing(seen: Published) -> bool:
    heartbeats = seen.of(CollectorHeartbeat)
    sources = heartbeats[-1].sources if heartbeats else []
    return bool(sources) and all(source.last_error for source in sources)


async def test_no_password_is_said_however_logins_fail(
    vcenter: RunningVCenter, broker: KafkaSettings, tmp_path: Path
) -> None:
    async with front_of(vcenter, tmp_path / "front") as front:
        echo_the_password(front)
        tls = {"ca_file": str(front.certificate.path)}
        sources = [
            source_for(vcenter, "refused", tmp_path),
            source_for(vcenter, "echoed", tmp_path, port=front.port, tls=tls),
            source_for(vcenter, "untrusted", tmp_path, tls={"thumbprint": "ab" * 32}),
        ]
        for source in sources:
            (tmp_path / source["password_file"]).write_text(CANARY)
        collector = a_collector(tmp_path, broker, sources)
        collector.environment["SURVEYOR_LOG__LEVEL"] = "DEBUG"
        async with running(collector), published(broker, "refused") as seen:
            await seen.until(lambda _: front.spoiled["Login"] > 3, "all ways to fail")
            await seen.until(failing, "all errors")
            said = await all_that_was_said(collector, seen)
    assert "login-refused" in said["errors"]
    assert all(said.values())
    assert places_of(CANARY, said) == set()


async def test_the_search_finds_a_secret_that_is_said(
    vcenter: RunningVCenter, broker: KafkaSettings, tmp_path: Path
) -> None:
    """Planted where everything shows it: in the name of the source."""
    leaking = source_for(vcenter, CANARY, tmp_path, tls={"thumbprint": "ab" * 32})
    collector = a_collector(tmp_path, broker, [leaking])
    async with running(collector), published(broker, CANARY) as seen:
        await seen.until(failing, "the error")
        said = await all_that_was_said(collector, seen)
    assert places_of(CANARY, said) == set(said)
