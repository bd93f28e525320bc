"""Rates from two raw readings of one instance, by the host's own clock.

Source: Microsoft Learn, WmiSdk, "WMI performance counter types": PERF_COUNTER_BULK_COUNT (growth per second,
by the performance counter) and PERF_PRECISION_100NS_TIMER (growth in percent of its base's growth).
"""

from collections.abc import Mapping

from collector_hyperv.domain.counters import BASE_SUFFIX, CounterClass, CounterRow, CounterSpec
from surveyor_schemas.counters import HypervCounter

_UINT32 = 2**32
_TICKS_100NS_PER_SECOND = 10_000_000
MAX_OPERATIONS_PER_SECOND = 10_000_000
"""No virtual disk does more: what looks like more is a counter that was reset, not one that wrapped."""


def readings(
    counter_class: CounterClass,
    chosen: Mapping[HypervCounter, str],
    previous: CounterRow | None,
    current: CounterRow,
) -> dict[HypervCounter, float]:
    """Return what one instance shows: gauges as they are, rates where there is an earlier reading.

    A counter without data is absent. After a reset (the machine was restarted or has moved) the current
    reading is a new base: there are no rates until the next one.
    """
    has_base = previous is not None and not _was_reset(counter_class, chosen, previous, current)
    found = {}
    for spec in counter_class.counters:
        name = chosen.get(spec.counter)
        if name is None:
            continue
        if spec.kind == "gauge":
            value = _gauge(spec, current.values.get(name))
        else:
            value = _rate(spec, name, previous, current) if has_base and previous else None
        if value is not None:
            found[spec.counter] = round(value, spec.decimals)
    return found


def _was_reset(
    counter_class: CounterClass,
    chosen: Mapping[HypervCounter, str],
    previous: CounterRow,
    current: CounterRow,
) -> bool:
    """Tell whether the instance began anew: a 64-bit counter never falls otherwise, nor does the clock."""
    if current.perf_time <= previous.perf_time:
        return True
    wide = [
        chosen[spec.counter]
        for spec in counter_class.counters
        if spec.kind != "gauge" and spec.bits == 64 and spec.counter in chosen
    ]
    return any(_fell(previous.values.get(name), current.values.get(name)) for name in wide)


def _fell(before: int | None, after: int | None) -> bool:
    return before is not None and after is not None and after < before


def _gauge(spec: CounterSpec, value: int | None) -> float | None:
    if value is None or value < 0 or (value == 0 and spec.zero_is_no_data):
        return None
    return value / spec.divisor


def _rate(spec: CounterSpec, name: str, previous: CounterRow, current: CounterRow) -> float | None:
    seconds = _elapsed_seconds(previous, current)
    growth = _growth(spec, previous.values.get(name), current.values.get(name), seconds)
    if growth is None:
        return None
    if spec.kind == "per-second":
        return growth / seconds
    base = _base_growth(previous, current, name)
    return 100 * growth / (base if base is not None else seconds * _TICKS_100NS_PER_SECOND)


def _elapsed_seconds(previous: CounterRow, current: CounterRow) -> float:
    return (current.perf_time - previous.perf_time) / current.perf_frequency


def _growth(spec: CounterSpec, before: int | None, after: int | None, seconds: float) -> int | None:
    if before is None or after is None:
        return None
    if after >= before:
        return after - before
    if spec.bits == 32:
        wrapped = after + _UINT32 - before
        return wrapped if wrapped <= MAX_OPERATIONS_PER_SECOND * seconds else None
    return None


def _base_growth(previous: CounterRow, current: CounterRow, name: str) -> int | None:
    """Return how far a percentage's base grew; None where the host gives no base that runs."""
    before, after = previous.values.get(name + BASE_SUFFIX), current.values.get(name + BASE_SUFFIX)
    return after - before if before is not None and after is not None and after > before else None
