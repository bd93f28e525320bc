"""Surveyor's own process, from its first complete publication on."""

import time
from dataclasses import dataclass
from functools import partial

import httpx
import yaml
from bench.collector_vmware.installation import INTERVAL_SECONDS, Installation
from bench.processes import MEASURED_CORE, Meter, measure_for, pin, wait_until
from bench.report import Figures
from prometheus_client.parser import text_string_to_metric_families

from devstack.fixtures.service import ServiceProcess

SOURCE_ID = "vcenter-bench"
PUBLISH_SECONDS = 3 * INTERVAL_SECONDS
"""A fifth of the default: with the default, packing costs less per value than is measured here."""
PREFIX = "surveyor_collector_vmware_"


@dataclass(frozen=True)
class Counters:
    """What the process says of its work so far."""

    values_published: float
    polls: float
    poll_seconds: float


def run_surveyor(parts: Installation) -> Figures:
    """Measure whole publishing intervals in the steady state."""
    log = parts.directory / "collector.log"
    with ServiceProcess("collector_vmware", "COLLECTOR_VMWARE", _environment(parts), log) as process:
        process.start()
        pin(process.pid, MEASURED_CORE)
        # The first poll looks further back, and is published in two parts.
        _wait_for_publications(process, 2)
        before, meter = _counters(process), Meter.started(process.pid)
        measure_for(meter, parts.cycles * INTERVAL_SECONDS)
        figures = _figures(before, _counters(process), meter, parts.cycles)
        process.stop()
    return figures


def _figures(before: Counters, after: Counters, meter: Meter, cycles: int) -> Figures:
    values = after.values_published - before.values_published
    return {
        "values_per_cpu_second": values / meter.cpu_seconds,
        "values_per_cycle": values / cycles,
        "cpu_seconds_per_cycle": meter.cpu_seconds / cycles,
        "cycle_seconds": (after.poll_seconds - before.poll_seconds) / (after.polls - before.polls),
        "resident_mib": meter.resident_mib,
    }


def _wait_for_publications(process: ServiceProcess, count: int) -> None:
    """Wait until some publications have come, and the last one has ended."""
    for _ in range(count):
        published = _counters(process).values_published
        wait_until(partial(_differs, process, published), "a publication", 2.0)
    while _differs(process, published):
        published = _counters(process).values_published
        time.sleep(4.0)


def _differs(process: ServiceProcess, published: float) -> bool:
    return _counters(process).values_published != published


def _counters(process: ServiceProcess) -> Counters:
    text = httpx.get(f"{process.url}/metrics", trust_env=False).text
    totals = {
        sample.name: sample.value
        for family in text_string_to_metric_families(text)
        if family.name.startswith(PREFIX)
        for sample in family.samples
    }
    return Counters(
        totals.get(f"{PREFIX}values_published_total", 0),
        totals.get(f"{PREFIX}polls_total", 0),
        totals.get(f"{PREFIX}poll_seconds_sum", 0),
    )


def _environment(parts: Installation) -> dict[str, str]:
    password, sources = parts.directory / "password", parts.directory / "sources.yaml"
    password.write_text(parts.vcenter.password)
    source = {
        "source_id": SOURCE_ID,
        "host": "127.0.0.1",
        "port": parts.vcenter.port,
        "username": parts.vcenter.username,
        "password_file": str(password),
        "tls": {"ca_file": str(parts.vcenter.certificate.path)},
    }
    sources.write_text(yaml.safe_dump([source]))
    settings = {
        "COLLECTOR_ID": "collector-bench",
        "SOURCES_FILE": sources,
        "SPOOL_DIR": parts.directory / "spool",
        "POLL_INTERVAL_SECONDS": INTERVAL_SECONDS,
        "PUBLISH_INTERVAL_SECONDS": PUBLISH_SECONDS,
        # Of the steady state alone: the hour before the start and the regular full read are not in it.
        "BACK_FILL": False,
        "FULL_READ_INTERVAL_SECONDS": 86_400,
    }
    return {
        "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": parts.kafka.bootstrap_servers,
        **{f"SURVEYOR_COLLECTOR_VMWARE__{name}": str(value) for name, value in settings.items()},
    }
