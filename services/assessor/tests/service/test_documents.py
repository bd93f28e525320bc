"""The documents of a page and the totals of a run, computed from stored inputs without any store."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from assessor.catalogue.packaged import packaged_catalogue
from assessor.domain.assess import Assessment
from assessor.domain.backtest_counts import BacktestCounts, NumberedCount
from assessor.domain.inputs import DiskUsage, MachineInputs, MeasuredUsage, NicUsage
from assessor.domain.owner_rules import OwnerRules
from assessor.domain.page import assess_inputs, page_documents
from assessor.domain.report import RunContext
from assessor.domain.summary import Totals
from assessor.domain.window import Window
from surveyor_inventory.guest_os import identify_guest_os
from surveyor_schemas.assessments.choices import SavingsOption
from surveyor_schemas.assessments.results_v1 import AssessedMachine, AssessmentSummary
from surveyor_schemas.inventory.machine_v1 import OperatingSystem

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = Window(NOON - timedelta(days=1), NOON)
DSV5 = {"azure_vm_families": ["Dsv5_series"], "azure_disk_types": ["Premium"]}


def use(value: float, peak: float | None = None) -> MeasuredUsage:
    return MeasuredUsage(value=value, points=144, peak=value if peak is None else peak)


def operating_system(name: str) -> OperatingSystem:
    known = identify_guest_os(name)
    return OperatingSystem(
        name=name,
        family=known.family.value,
        product=known.product.value if known.product else None,
        version=known.version,
        edition=known.edition,
        architecture=known.architecture.value,
    )


@pytest.fixture
def inputs(make_machine: Any) -> Any:
    """Inputs of one machine at the given CPU and memory, its disk and adapter measured and at rest."""

    def make(
        name: str = "web-01", cpu: MeasuredUsage | None = None, os_name: str = "Ubuntu 22.04.3", **facts: Any
    ) -> MachineInputs:
        idle = use(0.0)
        return MachineInputs(
            machine=make_machine(name, os=operating_system(os_name), **facts),
            cpu_percent=cpu or use(50),
            memory_percent=use(50),
            disks={"scsi0:0": DiskUsage(read_iops=idle, write_iops=idle)},
            nics={"4000": NicUsage(received_mb_per_second=idle, transmitted_mb_per_second=idle)},
        )

    return make


@pytest.fixture
def assess(make_request: Any) -> Any:
    """Documents and summary of a run over some inputs."""

    def run(
        page: list[MachineInputs],
        counts: dict[UUID, BacktestCounts] | None = None,
        rules: dict[str, Any] | None = None,
        **settings: Any,
    ) -> tuple[list[AssessedMachine], AssessmentSummary]:
        request = make_request(settings=DSV5 | settings)
        owner = OwnerRules.model_validate(rules or {})
        assessment = Assessment(request.settings, packaged_catalogue(), owner)
        context = RunContext(request.assessment_id, request.run_id, assessment, DAY)
        totals = Totals(assessment)
        documents = page_documents(context, assess_inputs(context, page), counts or {}, totals)
        return documents, totals.summary(request, DAY, NOON, NOON)

    return run


def test_machine_whose_size_is_not_known_is_named_and_counted(assess: Any, inputs: Any) -> None:
    documents, summary = assess([inputs(cores=None), inputs(memory_mib=None), inputs()])
    unknown = documents[0]
    assert (unknown.suitability, unknown.number_of_cores) == ("ReadinessUnknown", None)
    assert [issue.code for issue in unknown.issues] == ["CoresOrMemoryUnknown"]
    assert unknown.data_issues == ["NumberOfCoresMissing"]
    assert documents[1].data_issues == ["MegabytesOfMemoryMissing"]
    assert (unknown.recommended_size, unknown.monthly_compute_cost, unknown.explanation) == (None, None, None)
    assert [disk.suitability for disk in unknown.disks] == ["Unknown"]
    assert summary.machine_count == 3
    assert summary.suitability_counts == {"ReadinessUnknown": 2, "Suitable": 1}
    assert summary.issue_counts == {"CoresOrMemoryUnknown": 2}


def test_document_tells_the_points_of_every_counter(assess: Any, inputs: Any) -> None:
    ((document,), _) = assess([inputs()])
    assert (document.points_expected, document.cpu_points, document.memory_points) == (144, 144, 144)
    disk, nic = document.disks[0], document.nics[0]
    assert (disk.read_iops_points, disk.read_mb_per_second_points) == (144, 0)
    assert (nic.received_mb_per_second_points, nic.transmitted_mb_per_second_points) == (144, 144)


def test_document_tells_vendor_support_on_the_last_day_of_the_window(assess: Any, inputs: Any) -> None:
    ((document,), _) = assess([inputs(os_name="Microsoft Windows Server 2012 R2 (64-bit)")])
    assert document.operating_system_support == "OutOfSupport"
    assert str(document.operating_system_support_ends_on) == "2023-10-10"


def test_counts_of_the_back_test_stand_in_document_and_totals(assess: Any, inputs: Any) -> None:
    spiky, calm = inputs("spiky", use(10, peak=90)), inputs("calm", use(10, peak=12))
    counted = NumberedCount(check_no=0, measured=144, above=6, longest_above=4)
    counts = {spiky.machine.machine_id: BacktestCounts(counts=[counted])}
    (first, second), summary = assess([spiky, calm], counts)
    check = first.backtest.checks[0]
    assert (check.name, check.limit, check.threshold) == ("vcpus", 2, 50)
    assert (check.points_measured, check.points_above, check.percent_above) == (144, 6, 4.166667)
    assert (check.longest_above_seconds, first.backtest.resolution_seconds) == (2_400, 600)
    assert (first.backtest.worst_percent_above, second.backtest.worst_percent_above) == (4.166667, 0)
    total = next(total for total in summary.backtest if total.name == "vcpus")
    assert (total.machines_tested, total.machines_above) == (2, 1)
    assert (total.points_measured, total.points_above, total.longest_above_seconds) == (288, 6, 2_400)


def test_totals_are_there_under_the_other_licence_too(assess: Any, inputs: Any) -> None:
    """D4s_v5 in West Europe: 0.23 an hour, 0.184 more with Windows; 730 hours."""
    estate = [inputs(), inputs(os_name="Windows Server 2019")]
    documents, summary = assess(estate, **DSV5)
    assert documents[0].alternatives.other_licence is None
    assert documents[1].alternatives.other_licence.azure_hybrid_use_benefit == "No"
    other = {total.savings_option: total for total in summary.savings_options_with_other_licence}
    own = {total.savings_option: total for total in summary.savings_options}
    licence = Decimal("0.184") * 730
    none = SavingsOption.NONE
    assert other[none].monthly_compute_cost == own[none].monthly_compute_cost + licence
    assert [total.is_selected for total in other.values()] == [False] * 5
    _, without_windows = assess([inputs()], **DSV5)
    assert without_windows.savings_options_with_other_licence == []


def test_every_savings_option_is_added_up_beside_the_chosen_one(assess: Any, inputs: Any) -> None:
    documents, summary = assess([inputs(), inputs(os_name="Windows Server 2019")])
    options = {total.savings_option: total for total in summary.savings_options}
    assert list(options) == list(SavingsOption)
    chosen = options[SavingsOption.NONE]
    assert chosen.is_selected
    assert chosen.monthly_compute_cost == summary.monthly_compute_cost
    assert chosen.monthly_storage_cost == summary.monthly_storage_cost
    for option, total in options.items():
        rows = [
            row
            for document in documents
            for row in document.alternatives.savings_options
            if row.savings_option is option
        ]
        known = [row for row in rows if row.monthly_compute_cost is not None]
        assert total.monthly_compute_cost == sum(row.monthly_compute_cost for row in known)
        assert total.machines_estimated == sum(row.is_estimated for row in known)
        assert total.machines_priced + total.machines_estimated + total.machines_unpriced == 2
    in_three_years = options[SavingsOption.SAVINGS_PLAN_3_YEAR]
    assert in_three_years.machines_priced == 0
    assert in_three_years.monthly_compute_cost == in_three_years.monthly_compute_cost_estimated


def test_idle_and_oversized_machines_are_added_up(assess: Any, inputs: Any) -> None:
    idle = inputs("idle", use(1))
    oversized = inputs("oversized", use(10), cores=16, memory_mib=16_384)
    documents, summary = assess([idle, oversized, inputs("used", use(75))])
    assert [document.rightsizing and document.rightsizing.finding for document in documents] == [
        "Idle",
        "Oversized",
        None,
    ]
    assert [(total.finding, total.machine_count) for total in summary.rightsizing] == [
        ("Idle", 1),
        ("Oversized", 1),
    ]
    assert [total.monthly_savings for total in summary.rightsizing] == [
        document.rightsizing.monthly_savings for document in documents[:2]
    ]


def test_what_is_lacking_is_explained_once_for_all_machines(assess: Any, inputs: Any) -> None:
    (red_hat, _), summary = assess([inputs(os_name="Red Hat Enterprise Linux 8.6"), inputs()])
    assert "LinuxLicenceNotPriced" in red_hat.data_issues
    notes = {note.code: note for note in summary.notes}
    assert (
        notes["LinuxLicenceNotPriced"].machine_count,
        notes["CannotReportBandwidthCosts"].machine_count,
    ) == (
        1,
        2,
    )
    assert notes["CannotReportSecurityCost"].fix == "Name your price under prices in the file of own rules."
    assert notes["MegabytesPerSecondOfReadMissing"].machine_count == 2


def test_security_cost_is_added_up_where_its_price_is_known(assess: Any, inputs: Any) -> None:
    _, unpriced = assess([inputs()])
    assert (unpriced.monthly_security_cost, unpriced.machines_without_security_cost) == (None, 1)
    prices = {"prices": {"defender_usd_per_month": "14.60", "as_of": "2026-08-01"}}
    _, priced = assess([inputs(), inputs(os_name="Windows 98")], rules=prices)
    assert priced.monthly_security_cost == Decimal("14.60")
    assert priced.machines_without_security_cost == 0
    _, left_out = assess([inputs()], rules=prices, azure_security_offering_type="NO")
    assert (left_out.monthly_security_cost, left_out.machines_without_security_cost) == (None, None)


def test_summary_tells_rate_and_rules(assess: Any, inputs: Any) -> None:
    _, summary = assess([inputs()], currency="EUR", rules={"right_sizing": {"idle_cpu_percent": 5}})
    assert summary.currency_per_usd == Decimal("0.849834")
    assert summary.currency_rate_at == datetime(2026, 1, 26, tzinfo=UTC)
    assert summary.rules_hash is not None
    assert assess([inputs()])[1].rules_hash is None


def test_own_rule_speaks_in_the_owners_words(assess: Any, inputs: Any) -> None:
    rule = {
        "code": "StaysHere",
        "readiness": "ConditionallySuitable",
        "text": "Belongs to a plant",
        "fix": "Ask the plant.",
        "when": {"name_matches": "plant-*"},
    }
    ((document,), summary) = assess([inputs("plant-7")], rules={"rules": [rule]})
    (issue,) = document.issues
    assert (issue.code, issue.text, issue.fix) == ("StaysHere", "Belongs to a plant", "Ask the plant.")
    assert summary.issue_counts == {"StaysHere": 1}


def test_totals_do_not_depend_on_the_order_of_machines(assess: Any, inputs: Any) -> None:
    page = [
        inputs("idle", use(1)),
        inputs("unknown", cores=None),
        inputs("busy", use(90), os_name="CentOS 7"),
    ]
    ignored = {"assessment_id", "run_id"}
    forwards, backwards = assess(page)[1], assess(page[::-1])[1]
    assert forwards.model_dump(exclude=ignored) == backwards.model_dump(exclude=ignored)
