"""`QueryPerf` as text: a client library would spend more on building it than the source on answering."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from xml.sax.saxutils import escape

from collector_vmware.adapters.soap_channel import envelope
from collector_vmware.domain.samples import DEVICE_COUNTERS
from collector_vmware.domain.windows import Window

EVERY_INSTANCE = "*"
WHOLE_MACHINE = ""


def query_perf_request(
    manager: str, windows: Sequence[Window], counter_ids: Iterable[tuple[str, int]], interval_seconds: int
) -> bytes:
    """Return the SOAP envelope that asks for windows, values as comma-separated text.

    Source: vSphere Web Services API, PerfQuerySpec: startTime is exclusive, endTime inclusive.
    """
    metrics = "".join(_metric(name, counter_id) for name, counter_id in counter_ids)
    specs = "".join(_spec(window, metrics, interval_seconds) for window in windows)
    return envelope(
        '<QueryPerf xmlns="urn:vim25">'
        f'<_this type="PerformanceManager">{escape(manager)}</_this>{specs}</QueryPerf>'
    )


def _spec(window: Window, metrics: str, interval_seconds: int) -> str:
    return (
        f'<querySpec><entity type="VirtualMachine">{escape(window.moref)}</entity>'
        f"<startTime>{_time(window.start)}</startTime><endTime>{_time(window.end)}</endTime>"
        f"{metrics}<intervalId>{interval_seconds}</intervalId><format>csv</format></querySpec>"
    )


def _metric(name: str, counter_id: int) -> str:
    instance = EVERY_INSTANCE if name in DEVICE_COUNTERS else WHOLE_MACHINE
    return f"<metricId><counterId>{counter_id}</counterId><instance>{instance}</instance></metricId>"


@lru_cache(maxsize=64)
def _time(epoch_seconds: int) -> str:
    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
