"""Small messages of consecutive samples, bad ones among them, and what must come of each."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec
from tests.poison.kinds import KINDS, MACHINES

from devstack.ledger import Ledger
from devstack.ledger.expected import SeriesKey
from surveyor_schemas.codec import EncodedEvent, encode
from surveyor_schemas.counters import Metric, VmwareCounter
from surveyor_schemas.performance.performance_sampled_v1 import (
    CounterSeries,
    MachineSamples,
    PerformanceSampled,
)

INTERVAL_SECONDS = 20
SAMPLES = 2
MACHINES_SEEN = 500
SOURCES = 60
NAMESPACE = UUID("5b0f3f52-0a34-5f0c-9a0a-0f6d1c6c7b7e")


@dataclass(frozen=True)
class Mixture:
    """How many messages; the bad ones are spread evenly among the good."""

    good: int
    bad: int


class Load:
    """The messages; a ledger of the good samples and a count of the bad parts fill while they are made."""

    def __init__(self, mixture: Mixture, seed: int) -> None:
        self.ledger = Ledger(INTERVAL_SECONDS)
        self.refused: Counter[tuple[str, str]] = Counter()
        self._mixture = mixture
        self._number = 0
        self._machine_ids = [str(uuid5(NAMESPACE, f"{seed}/{number}")) for number in range(MACHINES_SEEN)]
        steps = (mixture.good + mixture.bad) * 2 // MACHINES_SEEN + 2
        now = datetime.now(UTC) - timedelta(seconds=steps * SAMPLES * INTERVAL_SECONDS)
        self._start = int(now.timestamp()) // INTERVAL_SECONDS * INTERVAL_SECONDS
        self._pattern = encode(_event(self._start))
        self._document: dict[str, Any] = msgspec.json.decode(self._pattern.value)

    def messages(self) -> Iterator[EncodedEvent]:
        """Give good messages, and after every so many a bad one, of each kind in turn."""
        every = self._mixture.good // self._mixture.bad
        for number in range(self._mixture.bad):
            for _ in range(every):
                yield self._good(1)
            yield self._bad(number)

    def _bad(self, number: int) -> EncodedEvent:
        kind = KINDS[number % len(KINDS)]
        keeps_neighbours = kind in MACHINES
        good = self._good(3 if keeps_neighbours else 1, spoiled_last=True)
        value, headers = kind.spoil(good)
        self.refused[kind.name, kind.reason] += 1
        named = [("ce_id", kind.name.encode()), *(header for header in headers if header[0] != "ce_id")]
        return replace(good, value=value, headers=named)  # type: ignore[arg-type]  # some have no value

    def _good(self, machine_count: int, *, spoiled_last: bool = False) -> EncodedEvent:
        """Make a message as `encode` does, from the one that it made: a million take a minute otherwise."""
        machines = []
        for place in range(machine_count):
            machine = self._machine()
            machines.append(machine)
            if not (spoiled_last and place == machine_count - 1):
                self._note(machine)
        source_id = f"poison-{self._number % SOURCES}"
        changed = {"source_id": source_id, "batch_no": self._number, "machines": machines}
        value = msgspec.json.encode(self._document | changed)
        return replace(self._pattern, key=source_id.encode(), value=value)

    def _machine(self) -> dict[str, Any]:
        """The next samples of the next machine; no two hold the same time of one machine."""
        self._number += 1
        step, position = divmod(self._number, MACHINES_SEEN)
        first = self._start + step * SAMPLES * INTERVAL_SECONDS
        pattern: dict[str, Any] = self._document["machines"][0]
        (series,) = pattern["series"]
        return pattern | {
            "machine_id": self._machine_ids[position],
            "timestamps": [first + place * INTERVAL_SECONDS for place in range(SAMPLES)],
            "series": [
                series | {"values": [float((self._number * 7 + place) % 10_000) for place in range(SAMPLES)]}
            ],
        }

    def _note(self, machine: dict[str, Any]) -> None:
        key = SeriesKey(Metric.CPU_PERCENT, machine["machine_id"], "")
        self.ledger.note(
            key, machine["timestamps"], [value / 100 for value in machine["series"][0]["values"]]
        )


def _event(first: int) -> PerformanceSampled:
    """The event that every message is like."""
    return PerformanceSampled(
        source_id="poison",
        source_kind="vmware",
        collector_id="poison",
        run_id=NAMESPACE,
        batch_no=1,
        collected_at=datetime.now(UTC),
        generated=True,
        machines=[
            MachineSamples(
                machine_id=NAMESPACE,
                interval_seconds=INTERVAL_SECONDS,
                timestamps=[first],
                series=[CounterSeries(counter=VmwareCounter.CPU_USAGE, instance="", values=[1.0])],
            )
        ],
    )
