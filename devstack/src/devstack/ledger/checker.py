"""Compares a ledger with what is read from the tables."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from devstack.ledger.expected import Ledger, SeriesKey, Slot

EXAMPLES_KEPT = 5
ROLL_UP_TABLES = {
    "machine_10m": ("cpu_percent", "memory_percent"),
    "disk_10m": ("read_iops", "write_iops", "read_mb_per_second", "write_mb_per_second"),
    "nic_10m": ("received_mb_per_second", "transmitted_mb_per_second"),
}
SAMPLES_STATEMENT = """
    SELECT metric, toString(machine_id) AS machine_id, instance,
           groupArray((toUInt32(sampled_at), value)) AS samples
    FROM samples GROUP BY metric, machine_id, instance
"""


def roll_up_statement(table: str, metric: str) -> str:
    """Return the statement that reads one metric's slots, merged."""
    instance = "''" if table == "machine_10m" else "instance"
    return f"""
        SELECT '{metric}' AS metric, toString(machine_id) AS machine_id, {instance} AS instance,
               toUInt32(slot_at) AS slot, max({metric}_max) AS largest, min({metric}_min) AS smallest,
               groupBitOr({metric}_samples) AS sample_bits
        FROM {table} GROUP BY machine_id, instance, slot HAVING sample_bits > 0
    """  # noqa: S608  # names come from the table above


@dataclass(slots=True)
class Findings:
    """What is wrong; nothing if all numbers are zero."""

    lost: int = 0
    """Sent, not readable."""
    unexpected: int = 0
    """Readable, never sent."""
    doubled: int = 0
    """Readable twice."""
    wrong: int = 0
    """Readable with another value."""
    examples: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.unexpected or self.doubled or self.wrong)

    def add(self, kind: str, count: int, where: object) -> None:
        """Count a finding and keep the first few places."""
        setattr(self, kind, getattr(self, kind) + count)
        if count and len(self.examples) < EXAMPLES_KEPT:
            self.examples.append(f"{count} {kind} at {where}")


def check_samples(ledger: Ledger, rows: Iterable[Mapping[str, Any]]) -> Findings:
    """Compare every sample with the rows of `SAMPLES_STATEMENT`."""
    findings = Findings()
    unseen = dict(ledger.series)
    for row in rows:
        key = SeriesKey(row["metric"], row["machine_id"], row["instance"])
        found = [(int(time), float(value)) for time, value in row["samples"]]
        _compare(key, unseen.pop(key, {}), found, findings)
    for key, samples in unseen.items():
        findings.add("lost", len(samples), key)
    return findings


def check_roll_ups(ledger: Ledger, rows: Iterable[Mapping[str, Any]]) -> Findings:
    """Compare every slot with the rows of all `roll_up_statement`s."""
    findings = Findings()
    expected = {(key, start): slot for key, slots in ledger.roll_ups() for start, slot in slots.items()}
    for row in rows:
        place = SeriesKey(row["metric"], row["machine_id"], row["instance"]), int(row["slot"])
        slot = expected.pop(place, None)
        if slot is None:
            findings.add("unexpected", 1, place)
        elif slot != Slot(row["largest"], row["smallest"], row["sample_bits"]):
            findings.add("wrong", 1, place)
    for place in expected:
        findings.add("lost", 1, place)
    return findings


def _compare(
    key: SeriesKey, expected: Mapping[int, float], found: list[tuple[int, float]], findings: Findings
) -> None:
    read = dict(found)
    if len(read) == len(found) and read == expected:
        return
    times = Counter(time for time, _ in found)
    findings.add("doubled", sum(count - 1 for count in times.values()), key)
    findings.add("lost", len(expected.keys() - read.keys()), key)
    findings.add("unexpected", len(read.keys() - expected.keys()), key)
    findings.add("wrong", sum(read[time] != expected[time] for time in read.keys() & expected.keys()), key)
