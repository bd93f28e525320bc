"""What a result says beyond size and cost: why, what else would do, and how often it would not do."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from surveyor_schemas.assessments.backtest_v1 import Backtest, BacktestCheck, BacktestTotal, CheckName
from surveyor_schemas.assessments.choices import HybridBenefit, SavingsOption
from surveyor_schemas.assessments.results_v1 import (
    Alternatives,
    AssessedMachine,
    DimensionUse,
    LicenceAlternative,
    NeighbourSize,
    RightSizing,
    SavingsAlternative,
    SavingsOptionTotal,
    SizeAlternative,
    SizeExplanation,
    StorageAlternative,
)

MEASURED_POINTS = 1004
OPTION_SHARES = {
    SavingsOption.NONE: Decimal(1),
    SavingsOption.RI_1_YEAR: Decimal("0.63"),
    SavingsOption.RI_3_YEAR: Decimal("0.41"),
    SavingsOption.SAVINGS_PLAN_1_YEAR: Decimal("0.72"),
}
"""Of the pay-as-you-go price; the plan of three years has none."""
ESTIMATED = (SavingsOption.RI_1_YEAR, SavingsOption.SAVINGS_PLAN_1_YEAR)
LICENCE_FACTOR = Decimal("1.5")
"""What Windows machines cost without hybrid benefit, of what they cost with it."""


def explanation(cores: int, memory_gib: float) -> SizeExplanation:
    """Explain a size that memory fills most."""
    uses = {
        "vcpus": (0.73 * cores, float(cores)),
        "memory_gib": (0.8 * memory_gib, memory_gib),
        "disk_iops": (214.5, 3750.0),
        "disk_mb_per_second": (7.8, 85.0),
        "network_mbit_per_second": (10.4, None),
        "data_disks": (1, 4),
        "nics": (1, 2),
    }
    return SizeExplanation(
        cores_needed=0.73 * cores,
        memory_gib_needed=0.8 * memory_gib,
        disk_iops_needed=214.5,
        disk_mb_per_second_needed=7.8,
        network_mbit_per_second_needed=10.4,
        data_disks_needed=1,
        nics_needed=1,
        binding_dimension="memory_gib",
        next_smaller=NeighbourSize(
            name="Standard_D1s_v5",
            monthly_compute_cost=Decimal("35.71"),
            reason="too small in vcpus, memory_gib",
            cores=1,
            memory_gib=4,
            too_small_in=["vcpus", "memory_gib"],
        ),
        next_larger=NeighbourSize(
            name="Standard_D8s_v5",
            monthly_compute_cost=None,
            reason="fits, at a higher cost",
            cores=8,
            memory_gib=32,
        ),
        dimensions=[DimensionUse(name=name, need=need, limit=limit) for name, (need, limit) in uses.items()],
    )


def alternatives(size: str, cores: int, memory_gib: float, cost: Decimal) -> Alternatives:
    """Offer three series, every savings option with either licence, and zone redundancy without a price."""
    return Alternatives(
        sizes=[
            SizeAlternative(
                series=series,
                name=name,
                cores=cores,
                memory_gib=memory_gib,
                monthly_compute_cost=(cost * share).quantize(Decimal("0.001")),
            )
            for series, name, share in (
                ("Dsv5", size, Decimal(1)),
                ("Ddsv5", size.replace("s_v5", "ds_v5"), Decimal("1.04")),
                ("Fsv2", "Standard_F8s_v2", Decimal("1.7")),
            )
        ],
        savings_options=[_savings(option, cost) for option in SavingsOption],
        other_licence=LicenceAlternative(
            azure_hybrid_use_benefit=HybridBenefit.NO,
            savings_options=[_savings(option, LICENCE_FACTOR * cost) for option in SavingsOption],
        ),
        zone_redundant_storage=StorageAlternative(
            redundancy="ZRS", monthly_storage_cost=None, issue="MonthlyStorageCostNotKnown"
        ),
    )


def right_sizing(number: int, cost: Decimal) -> RightSizing | None:
    """Find every fourth machine idle, and the one after it oversized."""
    if number % 4 == 0:
        reason = "CPU at 1.20 % is below 5 %, and what it sends is 0.10 % of the size's bandwidth, below 2 %"
        return RightSizing(
            finding="Idle",
            reason=reason,
            size_as_allocated=None,
            monthly_compute_cost_as_allocated=None,
            monthly_savings=cost + Decimal("9.285"),
        )
    if number % 4 == 1:
        return RightSizing(
            finding="Oversized",
            reason="It needs 25 % of its cores and 40 % of its memory",
            size_as_allocated="Standard_D8s_v5",
            monthly_compute_cost_as_allocated=2 * cost,
            monthly_savings=cost,
        )
    return None


def backtest(cores: int, memory_gib: float, points_above: int) -> Backtest:
    """Count CPU peaks above the limit; memory stayed below, and the network's limit is not known."""
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    checks = [
        _check("vcpus", float(cores), "cpu_percent", points_above),
        _check("memory_gib", memory_gib, "memory_percent", 0),
        _check("network_mbit_per_second", None, "transmitted_mb_per_second", 0),
        _check("azure_disk_iops", 240.0, "read_iops", 0, disk_id="2001"),
    ]
    return Backtest(
        resolution_seconds=600,
        window_start=end - timedelta(days=7),
        window_end=end,
        checks=checks,
        worst_percent_above=max(check.percent_above or 0.0 for check in checks),
    )


def backtest_totals(results: Sequence[AssessedMachine]) -> list[BacktestTotal]:
    """Add up the checks of all machines."""
    names: tuple[CheckName, ...] = ("vcpus", "memory_gib", "azure_disk_iops")
    checks = [check for one in results if one.backtest for check in one.backtest.checks]
    return [_backtest_total(name, [check for check in checks if check.name == name]) for name in names]


def option_totals(results: Sequence[AssessedMachine]) -> list[SavingsOptionTotal]:
    """Add up what all machines cost under each option."""
    costs = [one.monthly_compute_cost for one in results if one.monthly_compute_cost is not None]
    return [_option_total(option, sum(costs, Decimal(0)), len(costs)) for option in SavingsOption]


def other_licence_totals(results: Sequence[AssessedMachine]) -> list[SavingsOptionTotal]:
    """Add up the same without hybrid benefit, which no settings select."""
    return [
        total.model_copy(
            update={
                "is_selected": False,
                "monthly_compute_cost": LICENCE_FACTOR * total.monthly_compute_cost,
                "monthly_compute_cost_estimated": LICENCE_FACTOR * total.monthly_compute_cost_estimated,
            }
        )
        for total in option_totals(results)
    ]


def _savings(option: SavingsOption, cost: Decimal) -> SavingsAlternative:
    share = OPTION_SHARES.get(option)
    return SavingsAlternative(
        savings_option=option,
        monthly_compute_cost=None if share is None else cost * share,
        is_estimated=option in ESTIMATED,
        estimated_from="the median of the series in all regions" if option in ESTIMATED else None,
    )


def _option_total(option: SavingsOption, cost: Decimal, machines: int) -> SavingsOptionTotal:
    share, is_estimated = OPTION_SHARES.get(option), option in ESTIMATED
    compute = cost * (share or Decimal(0))
    return SavingsOptionTotal(
        savings_option=option,
        is_selected=option is SavingsOption.NONE,
        monthly_compute_cost=compute,
        monthly_compute_cost_estimated=compute if is_estimated else Decimal(0),
        monthly_storage_cost=Decimal("83.565"),
        monthly_security_cost=Decimal("131.4"),
        machines_priced=machines if share and not is_estimated else 0,
        machines_estimated=machines if is_estimated else 0,
        machines_unpriced=0 if share else machines,
    )


def _check(
    name: CheckName, limit: float | None, metric: str, above: int, disk_id: str | None = None
) -> BacktestCheck:
    is_known = limit is not None
    return BacktestCheck(
        name=name,
        disk_id=disk_id,
        limit=limit,
        metrics=[metric],
        instances=["scsi0:1" if disk_id else ""],
        threshold=None if limit is None else 100.0,
        points_measured=MEASURED_POINTS if is_known else None,
        points_above=above if is_known else None,
        percent_above=round(100 * above / MEASURED_POINTS, 6) if is_known else None,
        longest_above_seconds=600 * min(above, 7) if is_known else None,
    )


def _backtest_total(name: CheckName, checks: Sequence[BacktestCheck]) -> BacktestTotal:
    return BacktestTotal(
        name=name,
        machines_tested=len(checks),
        machines_above=sum(bool(check.points_above) for check in checks),
        points_measured=sum(check.points_measured or 0 for check in checks),
        points_above=sum(check.points_above or 0 for check in checks),
        longest_above_seconds=max((check.longest_above_seconds or 0 for check in checks), default=0),
    )
