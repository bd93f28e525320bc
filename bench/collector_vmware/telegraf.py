"""Telegraf's vSphere input over the same counters, written to a file in InfluxDB's line protocol."""

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.collector_vmware.installation import INTERVAL_SECONDS, Installation
from bench.processes import MEASURED_CORE, Meter, measure_for, pin, wait_until
from bench.report import Figures

from collector_vmware.domain.samples import COUNTERS
from devstack.telegraf import telegraf_binary

QUIET_SECONDS = 2.0
_GATHER = re.compile(rb"^internal_gather,.*input=vsphere.* .*gather_time_ns=(\d+)i")
_NAMES = {name.partition(".")[2].replace(".", "_").encode() for name in COUNTERS}
"""What it calls the counters; it repeats the size of the memory beside them, which is no sample."""
_FIELDS = re.compile(rb"^vsphere_vm_(?:\\ |[^ ])* ((?:\\ |[^ ])*) ")

CONFIGURATION = """
[agent]
  interval = "{interval}s"
  flush_interval = "{interval}s"
  metric_batch_size = 5000
  metric_buffer_limit = 2000000
  omit_hostname = true

[[inputs.vsphere]]
  vcenters = ["{url}/sdk"]
  username = "{username}"
  password = "{password}"
  tls_ca = "{ca_file}"
  interval = "{interval}s"
  vm_metric_include = [{counters}]
  vm_instances = true
  host_metric_exclude = ["*"]
  cluster_metric_exclude = ["*"]
  resource_pool_metric_exclude = ["*"]
  datastore_metric_exclude = ["*"]
  datacenter_metric_exclude = ["*"]
  vsan_metric_exclude = ["*"]
  collect_concurrency = 4
  discover_concurrency = 4
  object_discovery_interval = "24h"
  timeout = "60s"

[[inputs.internal]]
  collect_memstats = false

[[outputs.file]]
  files = ["{values}"]
  namepass = ["vsphere_vm_*"]
  data_format = "influx"

[[outputs.file]]
  files = ["{itself}"]
  namepass = ["internal_gather"]
  data_format = "influx"
"""


@dataclass(frozen=True)
class Output:
    """The files that Telegraf writes."""

    values: Path
    itself: Path

    def gathers(self) -> list[float]:
        """Return how long each collection took, in seconds, first to last."""
        lines = self.itself.read_bytes().splitlines() if self.itself.exists() else []
        return [int(found[1]) / 1e9 for line in lines if (found := _GATHER.match(line))]

    def size_bytes(self) -> int:
        """Return how much it has written of values."""
        return self.values.stat().st_size if self.values.exists() else 0

    def value_count(self, start: int, end: int) -> int:
        """Return how many values stand between two sizes."""
        with self.values.open("rb") as file:
            file.seek(start)
            lines = file.read(end - start).splitlines()
        fields = (found[1].split(b",") for line in lines if (found := _FIELDS.match(line)))
        return sum(field.partition(b"=")[0] in _NAMES for of_line in fields for field in of_line)


def run_telegraf(parts: Installation) -> Figures:
    """Measure as many intervals as of Surveyor, each with all that it writes."""
    output = Output(parts.directory / "values.influx", parts.directory / "itself.influx")
    with _running(parts, output) as pid:
        wait_until(lambda: len(output.gathers()) >= 2, "Telegraf's first collections")
        wait_until(lambda: _is_quiet(output), "the end of Telegraf's output", QUIET_SECONDS)
        start, gathers_before = output.size_bytes(), len(output.gathers())
        meter = Meter.started(pid)
        measure_for(meter, parts.cycles * INTERVAL_SECONDS)
        end, cpu_seconds = output.size_bytes(), meter.cpu_seconds
    gathers = output.gathers()[gathers_before:]
    values = output.value_count(start, end)
    return {
        "values_per_cpu_second": values / cpu_seconds,
        "values_per_cycle": values / parts.cycles,
        "cpu_seconds_per_cycle": cpu_seconds / parts.cycles,
        "cycle_seconds": sum(gathers) / len(gathers),
        "resident_mib": meter.resident_mib,
    }


def _is_quiet(output: Output) -> bool:
    before = output.size_bytes()
    time.sleep(QUIET_SECONDS)
    return output.size_bytes() == before


@contextlib.contextmanager
def _running(parts: Installation, output: Output) -> Iterator[int]:
    """Run Telegraf for the duration of the block."""
    configuration = parts.directory / "telegraf.conf"
    configuration.write_text(
        CONFIGURATION.format(
            interval=INTERVAL_SECONDS,
            url=parts.vcenter.url,
            username=parts.vcenter.username,
            password=parts.vcenter.password,
            ca_file=parts.vcenter.certificate.path,
            counters=", ".join(f'"{name}"' for name in COUNTERS),
            values=output.values,
            itself=output.itself,
        )
    )
    with (parts.directory / "telegraf.log").open("wb") as log:
        process = subprocess.Popen(
            [telegraf_binary(), "--config", configuration],
            env={**os.environ, "GOMAXPROCS": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        pin(process.pid, MEASURED_CORE)
        yield process.pid
    finally:
        process.terminate()
        process.wait()
