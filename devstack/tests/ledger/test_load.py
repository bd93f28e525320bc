"""The load: seeded, countable while it is made, and with all that makes a real one awkward."""

import json
from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise

from devstack.ledger import Ledger, LoadPlan, Totals
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
PLAN = LoadPlan(seed=7, machines=220, minutes=30, start_at=MONDAY)


def test_one_seed_gives_one_load() -> None:
    again = LoadPlan(seed=7, machines=220, minutes=30, start_at=MONDAY)
    other = LoadPlan(seed=8, machines=220, minutes=30, start_at=MONDAY)
    messages = list(PLAN.messages())
    assert messages == list(again.messages())
    assert messages != list(other.messages())


def test_messages_keep_their_contract() -> None:
    kinds = {PerformanceSampled.model_validate_json(each.value).source_kind for each in PLAN.messages()}
    assert kinds == {"vmware", "hyperv"}


def test_what_is_counted_is_what_the_ledger_holds() -> None:
    ledger, totals = Ledger(PLAN.interval_seconds), Totals()
    count = sum(1 for _ in PLAN.messages(ledger, totals))
    by_metric: dict[str, int] = defaultdict(int)
    for key, samples in ledger.series.items():
        by_metric[key.metric] += len(samples)
    assert (totals.events, totals.samples) == (count, by_metric)


def test_a_group_can_be_made_again_alone() -> None:
    alone, whole = Ledger(PLAN.interval_seconds), Ledger(PLAN.interval_seconds)
    for _ in PLAN.messages_of_group(2, alone):
        pass
    for _ in PLAN.messages(whole):
        pass
    machines = {str(each) for each in PLAN.machine_ids(2)}
    assert alone.series == {key: each for key, each in whole.series.items() if key.machine_id in machines}


def test_batches_of_a_source_are_numbered_without_gaps() -> None:
    numbers: dict[str, list[int]] = defaultdict(list)
    for batch in PLAN.batches():
        numbers[batch.source_id].append(batch.batch_no)
    assert len(numbers) == PLAN.group_count
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())


def test_some_samples_come_after_later_ones() -> None:
    sent: dict[object, list[int]] = defaultdict(list)
    for batch in PLAN.batches():
        for machine in batch.machines:
            sent[machine.machine_id].append(machine.timestamps[0])
    assert any(later < earlier for starts in sent.values() for earlier, later in pairwise(starts))


def test_values_go_missing_and_machines_go_off() -> None:
    night = LoadPlan(seed=7, machines=200, minutes=10, start_at=MONDAY)
    documents = [json.loads(message.value) for message in night.messages()]
    machines = [machine for document in documents for machine in document["machines"]]
    assert any(None in series["values"] for machine in machines for series in machine["series"])
    assert len({machine["machine_id"] for machine in machines}) < night.machines


def test_days_differ_from_nights() -> None:
    def mean_cpu(hour: int) -> float:
        ledger = Ledger(600)
        plan = LoadPlan(7, 200, 60, MONDAY.replace(hour=hour), interval_seconds=600, only="vmware")
        for _ in plan.messages(ledger):
            pass
        values = [
            value
            for key, samples in ledger.series.items()
            if key.metric == "cpu_percent"
            for value in samples.values()
        ]
        return sum(values) / len(values)

    assert mean_cpu(13) > 1.5 * mean_cpu(5)
