"""Machines that do next to nothing, or have far more than they use.

The thresholds, and where they come from, are in `owner_rules.RightSizingRules`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from assessor.domain.candidates import CandidatePool
from assessor.domain.compute import ComputeNeed, SizeChoice, choose_size
from assessor.domain.cost import exact_difference
from assessor.domain.machine import Machine
from assessor.domain.owner_rules import RightSizingRules
from assessor.domain.requirement import rounded

_MBIT_PER_MB = 8


@dataclass(frozen=True, slots=True)
class RightSizing:
    """`monthly_savings` None: a price is missing. The size as allocated is of oversized machines only."""

    finding: Literal["Idle", "Oversized"]
    reason: str
    size_as_allocated: str | None
    monthly_cost_as_allocated: Decimal | None
    monthly_savings: Decimal | None


def idle(
    machine: Machine, choice: SizeChoice, rules: RightSizingRules, monthly_cost: Decimal | None
) -> RightSizing | None:
    """Find a machine that could be switched off: hardly any CPU use, hardly anything sent.

    What was not measured is not idle. A machine without adapters sends nothing.

    Args:
        monthly_cost: All of the machine's cost in Azure, which would be saved.
    """
    cpu_percent = machine.cpu_percent.value
    network_percent = _network_percent(machine, choice)
    if cpu_percent is None or network_percent is None:
        return None
    if cpu_percent >= rules.idle_cpu_percent or network_percent >= rules.idle_network_percent:
        return None
    reason = (
        f"CPU at {cpu_percent:.2f} % is below {rules.idle_cpu_percent:g} %, and what it sends is"
        f" {network_percent:.2f} % of the size's bandwidth, below {rules.idle_network_percent:g} %"
    )
    return RightSizing("Idle", reason, None, None, monthly_cost)


def _network_percent(machine: Machine, choice: SizeChoice) -> float | None:
    """What is sent, of the recommended size's bandwidth; None where either is not known."""
    sent = [nic.transmitted_mb_per_second.value for nic in machine.nics]
    known = [value for value in sent if value is not None]
    if len(known) < len(sent):
        return None
    mbit_per_second = sum(known) * _MBIT_PER_MB
    if not mbit_per_second:
        return 0.0
    bandwidth = choice.size.network_mbit_per_second
    return 100 * mbit_per_second / bandwidth if bandwidth else None


def oversized(
    machine: Machine,
    pool: CandidatePool,
    need: ComputeNeed,
    choice: SizeChoice,
    rules: RightSizingRules,
    monthly: Callable[[Decimal], Decimal],
) -> RightSizing | None:
    """Find a machine of whose cores or memory a size for its use leaves out half, at a lower cost."""
    shares = {
        "cores": 100 * need.requirement.cores / machine.cores,
        "memory": 100 * need.requirement.memory_gib / machine.memory_gib,
    }
    low = {name: share for name, share in shares.items() if share <= rules.oversized_need_percent}
    if not low:
        return None
    as_allocated = choose_size(pool, _for_allocated(machine, need))
    if not isinstance(as_allocated, SizeChoice) or as_allocated.rate.usd <= choice.rate.usd:
        return None
    needed = " and ".join(f"{share:.0f} % of its {name}" for name, share in low.items())
    cost = monthly(as_allocated.rate.usd)
    return RightSizing(
        finding="Oversized",
        reason=f"it needs {needed}, the comfort factor included",
        size_as_allocated=as_allocated.size.name,
        monthly_cost_as_allocated=cost,
        monthly_savings=exact_difference(cost, monthly(choice.rate.usd)),
    )


def _for_allocated(machine: Machine, need: ComputeNeed) -> ComputeNeed:
    """The same need with all of the machine's cores and memory."""
    allocated = replace(
        need.requirement,
        cores=max(rounded(machine.cores), need.requirement.cores),
        memory_gib=max(rounded(machine.memory_gib), need.requirement.memory_gib),
    )
    return replace(need, requirement=allocated)
