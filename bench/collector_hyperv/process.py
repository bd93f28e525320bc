"""Surveyor's own process at its usual pace, in the steady state."""

from dataclasses import dataclass

import httpx
import yaml
from bench.collector_hyperv.installation import MEASURED_CORE, Installation
from bench.processes import Meter, measure_for, pin, wait_until
from bench.report import Figures
from prometheus_client.parser import text_string_to_metric_families

from devstack.fixtures.service import ServiceProcess

POLL_SECONDS = 30
PUBLISH_SECONDS = 60
"""A fifth of the default: with the default, packing costs less per value than is measured here."""
PREFIX = "surveyor_hyperv_"


@dataclass(frozen=True)
class Counters:
    """What the process says of its work so far, all hosts together."""

    values_published: float
    polls: float
    poll_seconds: float
    reads_skipped: float
    failures: float


def run_process(parts: Installation, minutes: int) -> Figures:
    """Measure whole publishing intervals once all hosts are followed."""
    log = parts.directory / "collector.log"
    with ServiceProcess("collector_hyperv", "COLLECTOR_HYPERV", _environment(parts), log) as process:
        process.start()
        pin(process.pid, MEASURED_CORE)
        wait_until(
            lambda: _counters(process).polls >= 3 * len(parts.hosts),
            "three polls of each host",
            POLL_SECONDS / 6,
        )
        before, meter = _counters(process), Meter.started(process.pid)
        measure_for(meter, minutes * 60)
        figures = _figures(before, _counters(process), meter)
        process.stop()
    return figures


def _figures(before: Counters, after: Counters, meter: Meter) -> Figures:
    polls = after.polls - before.polls
    values = after.values_published - before.values_published
    return {
        "core_percent": 100 * meter.cpu_seconds / meter.seconds,
        "cpu_seconds_per_cycle": meter.cpu_seconds / meter.seconds * POLL_SECONDS,
        "values_per_second": values / meter.seconds,
        "values_per_cpu_second": values / meter.cpu_seconds,
        "poll_seconds_per_host": (after.poll_seconds - before.poll_seconds) / polls,
        "reads_skipped": after.reads_skipped - before.reads_skipped,
        "read_failures": after.failures - before.failures,
        "resident_mib": meter.resident_mib,
    }


def _counters(process: ServiceProcess) -> Counters:
    text = httpx.get(f"{process.url}/metrics", trust_env=False, timeout=30).text
    totals: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name.startswith(PREFIX) and sample.labels.get("kind", "performance") == "performance":
                totals[sample.name] = totals.get(sample.name, 0) + sample.value
    return Counters(
        totals.get(f"{PREFIX}values_published_total", 0),
        totals.get(f"{PREFIX}read_seconds_count", 0),
        totals.get(f"{PREFIX}read_seconds_sum", 0),
        totals.get(f"{PREFIX}reads_skipped_total", 0),
        totals.get(f"{PREFIX}read_failures_total", 0),
    )


def _environment(parts: Installation) -> dict[str, str]:
    sources = parts.directory / "sources.yaml"
    entries = [
        {
            "source_id": host.name,
            "host": host.host,
            "port": host.port,
            "transport": "http",
            "username": host.username,
            "password": host.password,
        }
        for host in parts.hosts
    ]
    sources.write_text(yaml.safe_dump(entries))
    settings = {
        "COLLECTOR_ID": "collector-bench",
        "SOURCES_FILE": sources,
        "SPOOL_DIR": parts.directory / "spool",
        "POLL_INTERVAL_SECONDS": POLL_SECONDS,
        "PUBLISH_INTERVAL_SECONDS": PUBLISH_SECONDS,
    }
    return {
        "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": parts.kafka.bootstrap_servers,
        **{f"SURVEYOR_COLLECTOR_HYPERV__{name}": str(value) for name, value in settings.items()},
    }
