"""A batch's machines to rows, by the kind of its source."""

from collections.abc import Mapping
from uuid import UUID

from normalizer.domain.performance import hyperv, vmware
from normalizer.domain.performance.rows import RowBuilder
from normalizer.domain.performance.samples import SampledBatch
from normalizer.domain.performance.series import UNKNOWN_MACHINE, MachineFacts

_SERIES = {"vmware": vmware.vmware_series, "hyperv": hyperv.hyperv_series}
_NEEDS_FACTS = {"vmware": vmware.needs_facts, "hyperv": hyperv.needs_facts}


def machines_to_look_up(batch: SampledBatch) -> list[UUID]:
    """Return the machines of which cores or memory have to be known."""
    needs_facts = _NEEDS_FACTS[batch.source_kind]
    return [machine.machine_id for machine in batch.machines if needs_facts(machine)]


def map_batch(batch: SampledBatch, facts: Mapping[UUID, MachineFacts], rows: RowBuilder) -> None:
    """Add a batch's canonical series to `rows`."""
    series_of = _SERIES[batch.source_kind]
    rows.add(
        batch,
        [series_of(machine, facts.get(machine.machine_id, UNKNOWN_MACHINE)) for machine in batch.machines],
    )
