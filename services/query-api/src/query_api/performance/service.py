"""Which window and resolution a request means, and its series."""

import math
from datetime import datetime, timedelta
from typing import Any, Literal

from query_api.performance.peaks import SLOT_SECONDS, SeriesKey, SeriesPoint, read_peaks
from query_api.performance.samples import read_samples
from query_api.performance.schemas import (
    MAX_PEAKS_WINDOW,
    MAX_RAW_WINDOW,
    Performance,
    PerformanceQuery,
    PerformanceSeries,
    Resolution,
)
from query_api.store import Store
from query_api.web.problems import invalid_field
from surveyor_kit.clock import Clock
from surveyor_schemas.counters import Metric
from surveyor_schemas.inventory.machine_v1 import Machine

AUTO_RAW_WINDOW = timedelta(hours=2)
DEFAULT_WINDOW = timedelta(hours=24)
DEFAULT_RAW_WINDOW = timedelta(hours=1)
MAX_ROWS = 100_000

Unit = Literal["percent", "operations/s", "MB/s"]
Window = tuple[datetime, datetime]


class PerformanceService:
    """Performance of one machine at a time."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def read(self, machine: Machine, query: PerformanceQuery) -> Performance:
        """Return the series that a request asks for.

        Raises:
            Problem: The window is too long for the resolution.
        """
        start, until = self._window(query)
        resolution = _resolution(query, until - start)
        _check_window(resolution, until - start)
        first = _slot_of(start) if resolution == "10m" else start
        params = {
            "machine_id": str(machine.machine_id),
            "from_seconds": math.ceil(first.timestamp()),
            "until_seconds": math.ceil(until.timestamp()),
            "instances": query.instance,
            "limit": MAX_ROWS + 1,
        }
        points = await self._points(resolution, query, params)
        return Performance(
            machine_id=machine.machine_id,
            from_=start,
            until=until,
            resolution=resolution,
            series=_series(points, machine),
        )

    async def _points(
        self, resolution: Resolution, query: PerformanceQuery, params: dict[str, Any]
    ) -> list[SeriesPoint]:
        read = read_samples if resolution == "raw" else read_peaks
        points = await read(self._store, query.metric or list(Metric), query.instance, params)
        if len(points) > MAX_ROWS:
            raise invalid_field(
                "from", f"the window has over {MAX_ROWS} points; ask for fewer series or less time"
            )
        return points

    def _window(self, query: PerformanceQuery) -> Window:
        until = query.until or self._clock.now()
        length = DEFAULT_RAW_WINDOW if query.resolution == "raw" else DEFAULT_WINDOW
        start = query.from_ or until - length
        if start >= until:
            raise invalid_field("from", "must lie before until")
        return start, until


def _resolution(query: PerformanceQuery, length: timedelta) -> Resolution:
    if query.resolution != "auto":
        return query.resolution
    return "raw" if length <= AUTO_RAW_WINDOW else "10m"


def _check_window(resolution: Resolution, length: timedelta) -> None:
    longest = MAX_RAW_WINDOW if resolution == "raw" else MAX_PEAKS_WINDOW
    if length > longest:
        raise invalid_field("from", f"resolution {resolution} reaches over at most {longest.days} days")


def _slot_of(moment: datetime) -> datetime:
    """The start of the slot that a time lies in: the slot at the window's edge belongs to it."""
    return moment - timedelta(seconds=moment.timestamp() % SLOT_SECONDS)


def _series(points: list[SeriesPoint], machine: Machine) -> list[PerformanceSeries]:
    names = _device_names(machine)
    series: dict[SeriesKey, PerformanceSeries] = {}
    for one in points:
        if one.key not in series:
            metric, instance = one.key
            series[one.key] = PerformanceSeries(
                metric=metric,
                instance=instance,
                device_name=names.get(instance),
                unit=unit_of(metric),
                method=one.method,
                points=[],
            )
        series[one.key].points.append(one.point)
    order = list(Metric)
    return [series[key] for key in sorted(series, key=lambda key: (order.index(key[0]), key[1]))]


def _device_names(machine: Machine) -> dict[str, str]:
    disks = {disk.counter_instance: disk.name for disk in machine.disks if disk.counter_instance}
    nics = {nic.counter_instance: nic.name for nic in machine.nics if nic.counter_instance}
    return {**disks, **nics}


def unit_of(metric: Metric) -> Unit:
    """The unit of a metric's values."""
    if metric.endswith("_percent"):
        return "percent"
    return "operations/s" if metric.endswith("_iops") else "MB/s"
