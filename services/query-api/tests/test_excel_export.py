import io
import zipfile
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import openpyxl
import pytest
from openpyxl.workbook import Workbook

from query_api.bootstrap import Running
from query_api.testing.builders import (
    NOW,
    a_machine,
    a_summary,
    an_assessed_disk,
    an_assessed_machine,
    store_catalogue,
    store_machines,
    store_results,
)
from surveyor_kit.clickhouse import ClickHouse
from surveyor_schemas.assessments.assessment_completed_v1 import AssessmentCompleted
from surveyor_schemas.assessments.backtest_v1 import Backtest, BacktestCheck
from surveyor_schemas.assessments.choices import HybridBenefit, SavingsOption
from surveyor_schemas.assessments.results_v1 import (
    Alternatives,
    LicenceAlternative,
    Note,
    RightSizing,
    SavingsAlternative,
    SavingsOptionTotal,
)

pytestmark = pytest.mark.parts

MACHINE_HEADER = [
    "Machine",
    "VM host",
    "Azure VM readiness",
    "Azure readiness issues",
    "Data collection issues",
    "Recommended size",
    "Compute monthly cost estimate EUR",
    "Storage monthly cost estimate EUR",
    "Estimated monthly savings from Azure Hybrid Benefit for Windows OS EUR",
    "Estimated monthly savings from Azure Hybrid Benefit for Linux OS EUR",
    "Security readiness",
    "Security monthly cost estimate EUR",
    "Operating system",
    "Boot type",
    "Processor",
    "Cores",
    "Memory(MB)",
    "CPU usage(%)",
    "Memory usage(%)",
    "Storage(GB)",
    "Standard HDD disks",
    "Standard SSD disks",
    "Premium disks",
    "Premium SSD V2 disks",
    "Ultra disks",
    "Disk read(ops/sec)",
    "Disk write(ops/sec)",
    "Disk read(MBPS)",
    "Disk write(MBPS)",
    "Confidence Rating (% of utilization data collected)",
    "Network adapters",
    "IP address",
    "MAC address",
    "Network in(MBPS)",
    "Network out(MBPS)",
    "Group name",
]
DISK_HEADER = [
    "Machine",
    "Disk name",
    "Azure disk readiness",
    "Recommended disk size SKU",
    "Recommended disk type",
    "Redundancy",
    "Azure readiness issues",
    "Migration Guidance",
    "Data collection issues",
    "Monthly cost estimate",
    "Source disk size(GB)",
    "Target disk size(GB)",
    "Disk read(MBPS)",
    "Disk write(MBPS)",
    "Disk read(ops/sec)",
    "Disk write(ops/sec)",
    "Ultra disk provisioned IOPS (Operations/Sec)",
    "Ultra disk provisioned throughput (MBPS)",
    "Premium SSD V2 disk provisioned IOPS (Operations/Sec)",
    "Premium SSD V2 disk provisioned throughput (MBPS)",
]


class Export:
    """Completes an assessment with given results and opens its file."""

    def __init__(self, api: httpx.AsyncClient, running: Running, store: ClickHouse) -> None:
        self._api, self._running, self._store = api, running, store
        self.content = b""

    async def of(
        self, *machines: dict[str, Any], group: str = "web", details: bool = False, **summary: Any
    ) -> Workbook:
        assessment = await self._assessment(group)
        ids = UUID(assessment["id"]), UUID(assessment["run_id"])
        results = [an_assessed_machine(*ids, **given) for given in machines]
        total = a_summary(*ids, **summary)
        await store_results(self._store, total, results)
        done = AssessmentCompleted(assessment_id=ids[0], run_id=ids[1], at=NOW, summary=total)
        await self._running.deps.assessments.apply(done)
        path = f"/v1/assessments/{assessment['id']}/export.xlsx"
        answer = await self._api.get(path, params={"details": details})
        assert answer.status_code == 200, answer.text
        self.content = answer.content
        return openpyxl.load_workbook(io.BytesIO(answer.content))

    async def _assessment(self, group: str) -> dict[str, Any]:
        machine = a_machine()
        await store_machines(self._store, machine)
        await store_catalogue(self._store)
        made = await self._api.post(
            "/v1/groups", json={"name": group, "machine_ids": [str(machine.machine_id)]}
        )
        body = {"name": "first look", "settings": {"azure_location": "westeurope"}}
        answer = await self._api.post(f"/v1/groups/{made.json()['id']}/assessments", json=body)
        assessment: dict[str, Any] = answer.json()
        return assessment


@pytest.fixture
def export(api: httpx.AsyncClient, running: Running, store: ClickHouse) -> Export:
    return Export(api, running, store)


def row(book: Workbook, sheet: str, number: int = 2) -> dict[str, Any]:
    cells = list(book[sheet].iter_rows(values_only=True))
    return dict(zip(map(str, cells[0]), cells[number - 1], strict=True))


def labelled(book: Workbook, sheet: str) -> dict[Any, Any]:
    return {label: value for label, value in book[sheet].iter_rows(max_col=2, values_only=True)}  # noqa: C416


async def test_sheets_and_columns_are_those_of_azure_migrate_s_export(export: Export) -> None:
    book = await export.of({})

    assert book.sheetnames == [
        "Assessment_Summary",
        "All_Assessed_Machines",
        "All_Assessed_Disks",
        "Assessment_Properties",
    ]
    assert [cell.value for cell in book["All_Assessed_Machines"][1]] == MACHINE_HEADER
    assert [cell.value for cell in book["All_Assessed_Disks"][1]] == DISK_HEADER
    assert [cell.value for cell in book["Assessment_Properties"][1]] == ["Property", "Selected value"]
    assert [book["Assessment_Summary"].cell(n, 1).value for n in range(1, 6)] == [
        "Assessment name",
        "Group name",
        "Project name",
        "Subscription ID",
        "Machines assessed",
    ]


async def test_rows_can_be_filtered_by_their_header(export: Export) -> None:
    book = await export.of({}, {})

    assert book["All_Assessed_Machines"].auto_filter.ref == "A1:AJ3"
    assert book["All_Assessed_Disks"].auto_filter.ref.startswith("A1:T")


async def test_a_machine_s_row_says_what_its_result_says(export: Export) -> None:
    disks = [
        an_assessed_disk(),
        an_assessed_disk(disk_id="2001", read_iops=None, recommended_disk_type="Ultra"),
    ]

    book = await export.of({"disks": disks})

    cells = row(book, "All_Assessed_Machines")
    assert list(cells.values()) == [
        "web-01",
        "esxi-1",
        "Ready With Conditions",
        "Unendorsed Linux",
        "PercentageOfMemoryUtilizedMissing",
        "Standard_D2s_v5",
        71.43,
        9.29,
        None,
        None,
        "Ready",
        None,
        "Ubuntu Linux (64-bit)",
        "BIOS",
        "Xeon",
        4,
        8192,
        12.345,
        None,
        80,
        0,
        0,
        1,
        0,
        1,
        12.5,
        14.5,
        3,
        1,
        62.5,
        1,
        "10.0.0.10, fe80::1",
        "00:50:56:00:00:00",
        0.25,
        0.75,
        "web",
    ]


async def test_a_disk_s_row_says_what_its_result_says(export: Export) -> None:
    disk = an_assessed_disk(
        recommended_disk_type="PremiumV2",
        recommended_sku="PremiumV2",
        provisioned_iops=3000,
        provisioned_mb_per_second=125,
    )

    book = await export.of({"disks": [disk]})

    assert list(row(book, "All_Assessed_Disks").values()) == [
        "web-01",
        "scsi0:0",
        "Ready",
        "PremiumV2",
        "Premium SSD V2 managed disks",
        "LocallyRedundant",
        "Not Applicable",
        "Not Applicable",
        "Not Applicable",
        9.29,
        40,
        64,
        1.5,
        0.5,
        12.5,
        7.25,
        None,
        None,
        3000,
        125,
    ]


async def test_no_text_becomes_a_formula_or_a_link(export: Export) -> None:
    nasty = ["=1+1", '=HYPERLINK("http://x","y")', "+1", "-1", "@SUM(A1)", "{=1}", "http://x", "0123"]

    book = await export.of(*({"display_name": name} for name in nasty))

    cells = [book["All_Assessed_Machines"].cell(n, 1) for n in range(2, 2 + len(nasty))]
    assert {(cell.value, cell.data_type, cell.hyperlink) for cell in cells} == {
        (name, "s", None) for name in nasty
    }
    with zipfile.ZipFile(io.BytesIO(export.content)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not any(b"<f>" in sheet for sheet in sheets)


async def test_text_over_excel_s_limit_is_cut_and_control_characters_survive(export: Export) -> None:
    book = await export.of({"operating_system_name": "x" * 40_000, "host_name": "a\x01b\nc"})

    cells = row(book, "All_Assessed_Machines")
    assert len(cells["Operating system"]) == 32_767
    assert cells["VM host"].endswith("b\nc")


UNKNOWN_FIELDS = (
    "host_name",
    "recommended_size",
    "monthly_compute_cost",
    "monthly_storage_cost",
    "percentage_cores_utilization",
    "confidence_percent",
    "security_readiness",
)


async def test_unknown_stays_empty_and_is_never_zero(export: Export) -> None:
    unknown = dict.fromkeys(UNKNOWN_FIELDS)

    book = await export.of(unknown | {"disks": [], "nics": [], "confidence_stars": None, "issues": []})

    cells = row(book, "All_Assessed_Machines")
    assert [
        cells[name]
        for name in (
            "VM host",
            "Recommended size",
            "Compute monthly cost estimate EUR",
            "CPU usage(%)",
            "Storage(GB)",
            "Disk read(ops/sec)",
            "Network in(MBPS)",
            "IP address",
            "Confidence Rating (% of utilization data collected)",
            "Security readiness",
        )
    ] == [None] * 10
    assert cells["Azure readiness issues"] == "Not Applicable"


@pytest.mark.parametrize(
    ("amount", "cell"), [("2.005", 2.01), ("2.004999", 2.0), ("0.115", 0.12), ("1000000.995", 1000001.0)]
)
async def test_money_is_rounded_half_up(export: Export, amount: str, cell: float) -> None:
    book = await export.of({"monthly_compute_cost": Decimal(amount)})

    assert row(book, "All_Assessed_Machines")["Compute monthly cost estimate EUR"] == cell


async def test_machines_come_by_name_and_all_of_them(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("query_api.assessments.results.EXPORT_PAGE", 2)

    book = await export.of(*({"display_name": name} for name in ("c", "B", "a", "e", "d")))

    names = [cell.value for cell in book["All_Assessed_Machines"]["A"][1:]]
    assert names == ["a", "B", "c", "d", "e"]
    assert book["All_Assessed_Disks"].max_row == 6


async def test_totals_and_settings_are_labelled(export: Export) -> None:
    book = await export.of({})

    summary = labelled(book, "Assessment_Summary")
    assert summary["Assessment name"] == "first look"
    assert summary["Machines assessed"] == 1
    assert summary["Ready With Conditions"] == 1
    assert summary["Compute monthly cost estimate EUR"] == 71.43
    assert summary["Subscription ID"] is None
    properties = labelled(book, "Assessment_Properties")
    assert properties["Target location"] == "westeurope"
    assert properties["Comfort factor"] == 1.3


async def test_details_stand_behind_the_sheets_of_azure_migrate_s_export(export: Export) -> None:
    above = BacktestCheck(
        name="azure_disk_iops",
        disk_id="2000",
        limit=500,
        metrics=["read_iops"],
        instances=["scsi0:0"],
        threshold=500,
        points_measured=144,
        points_above=3,
        percent_above=2.083333,
        longest_above_seconds=1200,
    )
    below = above.model_copy(update={"points_above": 0})
    backtest = Backtest(
        resolution_seconds=600,
        window_start=NOW,
        window_end=NOW,
        checks=[above, below],
        worst_percent_above=2.083333,
    )
    idle = RightSizing(
        finding="Idle",
        reason="=uses next to nothing",
        size_as_allocated=None,
        monthly_compute_cost_as_allocated=None,
        monthly_savings=Decimal("71.425"),
    )
    reserved = SavingsAlternative(
        savings_option=SavingsOption.RI_1_YEAR,
        monthly_compute_cost=Decimal("40.005"),
        is_estimated=True,
        estimated_from="a ratio",
    )
    alternatives = Alternatives(sizes=[], savings_options=[reserved], zone_redundant_storage=None)
    option = SavingsOptionTotal(
        savings_option=SavingsOption.NONE,
        is_selected=True,
        monthly_compute_cost=Decimal("71.43"),
        monthly_compute_cost_estimated=Decimal(0),
        monthly_storage_cost=Decimal("9.28"),
        monthly_security_cost=None,
        machines_priced=1,
        machines_estimated=0,
        machines_unpriced=0,
    )
    note = Note(code="A", text="b", cause="c", fix="d", machine_count=1)
    machine = {"backtest": backtest, "rightsizing": idle, "alternatives": alternatives}

    book = await export.of(machine, details=True, savings_options=[option], notes=[note])

    details = ["Savings_Options", "Notes", "Alternatives", "Right_Sizing", "Backtest_Exceeded"]
    assert book.sheetnames[4:] == details
    assert row(book, "Savings_Options")["Compute monthly cost estimate EUR"] == 71.43
    assert row(book, "Savings_Options")["Security monthly cost estimate EUR"] is None
    assert row(book, "Notes")["Machines"] == 1
    assert row(book, "Alternatives")["Compute monthly cost under RI1Year EUR"] == 40.01
    assert row(book, "Alternatives")["Price under RI1Year"] == "estimated"
    assert row(book, "Alternatives")["Price under None"] is None
    assert row(book, "Right_Sizing")["Reason"] == "=uses next to nothing"
    assert book["Right_Sizing"]["C2"].data_type == "s"
    assert row(book, "Backtest_Exceeded")["Longest stretch above(minutes)"] == 20
    assert book["Backtest_Exceeded"].max_row == 2


def a_total(**given: Any) -> SavingsOptionTotal:
    values: dict[str, Any] = {
        "savings_option": SavingsOption.NONE,
        "is_selected": False,
        "monthly_compute_cost": Decimal("100.005"),
        "monthly_compute_cost_estimated": Decimal("28.575"),
        "monthly_storage_cost": Decimal("9.28"),
        "monthly_security_cost": None,
        "machines_priced": 1,
        "machines_estimated": 1,
        "machines_unpriced": 0,
    }
    return SavingsOptionTotal(**(values | given))


async def test_details_have_the_prices_with_the_other_windows_licence(export: Export) -> None:
    paid = SavingsAlternative(
        savings_option=SavingsOption.NONE,
        monthly_compute_cost=Decimal("120.005"),
        is_estimated=True,
        estimated_from="median Windows surcharge",
    )
    licence = LicenceAlternative(azure_hybrid_use_benefit=HybridBenefit.NO, savings_options=[paid])
    found = Alternatives(sizes=[], savings_options=[], zone_redundant_storage=None, other_licence=licence)
    windows = {"display_name": "a", "alternatives": found, "recommended_size_retires": "November 2028"}
    linux = {"display_name": "b", "alternatives": found.model_copy(update={"other_licence": None})}

    book = await export.of(
        windows,
        linux,
        details=True,
        savings_options=[a_total()],
        savings_options_with_other_licence=[a_total(monthly_compute_cost=Decimal("150.005"))],
    )

    words = "without Azure Hybrid Benefit for Windows"
    cells = row(book, "Savings_Options")
    assert cells["Compute monthly cost estimate EUR"] == 100.01
    assert cells[f"Compute monthly cost estimate {words} EUR"] == 150.01
    assert cells[f"Of which estimated {words} EUR"] == 28.58
    assert cells[f"Machines with an estimated price {words}"] == 1
    of_windows, of_linux = row(book, "Alternatives"), row(book, "Alternatives", 3)
    assert of_windows["Recommended size retires"] == "November 2028"
    assert of_windows[f"Compute monthly cost under None {words} EUR"] == 120.01
    assert of_windows[f"Price under None {words}"] == "estimated"
    assert of_windows[f"Price under RI1Year {words}"] is None
    assert of_linux[f"Compute monthly cost under None {words} EUR"] is None


async def test_an_option_that_no_machine_has_a_price_under_costs_what_nobody_knows(export: Export) -> None:
    nothing = {"monthly_compute_cost": Decimal(0), "monthly_compute_cost_estimated": Decimal(0)}
    unpriced = a_total(machines_priced=0, machines_estimated=0, machines_unpriced=2, **nothing)

    book = await export.of({}, details=True, savings_options=[unpriced])

    cells = row(book, "Savings_Options")
    assert cells["Compute monthly cost estimate EUR"] is None
    assert cells["Machines without a price"] == 2
    assert cells["Machines without a price without Azure Hybrid Benefit for Windows"] is None
