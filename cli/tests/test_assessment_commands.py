"""Commands about assessments: the real query-api, and the real assessor behind it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest
from cli.tests.command import Cli, line_with

from devstack.fixtures.service import ServiceProcess
from query_api.testing.builders import a_machine, store_machines, store_samples
from surveyor_kit.clickhouse import ClickHouse
from surveyor_schemas.inventory.machine_v1 import Machine, OperatingSystem

pytestmark = [pytest.mark.parts, pytest.mark.slow]

WINDOWS = OperatingSystem(
    name="Microsoft Windows Server 2022 (64-bit)",
    family="windows",
    product="Windows Server",
    version="2022",
    edition=None,
    architecture="x64",
)


@pytest.fixture(scope="module")
def assessor(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServiceProcess]:
    log = tmp_path_factory.mktemp("assessor") / "assessor.log"
    with ServiceProcess("assessor", "ASSESSOR", environment, log) as service:
        service.start()
        yield service
        service.stop()


async def test_an_assessment_is_made_waited_for_and_exported(
    ask: Cli, assessor: ServiceProcess, machine: Machine, tmp_path: Path
) -> None:
    ask("groups", "create", "g", machine.name)
    words = ("assessments", "create", "g", "first look", "--location", "westeurope")
    options = ("--set", "sizing_criterion=AsOnPremises", "--set", "discount_percentage=10")

    made = ask(*words, *options, "--wait", "--timeout", "120", "--json").json()

    assert (made["state"], made["machine_count"]) == ("Completed", 1)
    assert (made["settings"]["sizing_criterion"], made["settings"]["azure_location"]) == (
        "AsOnPremises",
        "westeurope",
    )
    (result,) = ask("assessments", "machines", "first look", "--json").json()
    assert result["recommended_size"] in line_with(ask("assessments", "machines", made["id"]), machine.name)
    assert "Completed" in line_with(ask("assessments", "list"), "first look")
    assert "1" in line_with(ask("assessments", "status", "first look"), result["suitability"])

    file = tmp_path / "out.xlsx"
    assert ask("assessments", "export", "first look", "--output", str(file)).out == f"{file}\n"
    sheet = openpyxl.load_workbook(file)["All_Assessed_Machines"]
    names = [cell.value for cell in next(sheet.iter_cols(max_col=1))]
    assert names[1:] == [machine.name]

    again = ask("assessments", "recalculate", "first look", "--wait", "--json").json()
    assert (again["state"], again["run_number"]) == ("Completed", 2)
    assert ask("assessments", "wait", "first look").code == 0

    assert [run["number"] for run in ask("assessments", "runs", "first look", "--json").json()] == [2, 1]
    assert result["recommended_size"] not in ask("assessments", "compare", "first look").out
    compared = ask("assessments", "compare", "first look", "--before", "1", "--after", "2", "--json").json()
    assert (compared["counts"]["same"], compared["items"]) == (1, [])
    assert "no run 9" in ask("assessments", "compare", "first look", "--before", "9").err


async def test_a_result_is_shown_explained_and_back_tested(
    ask: Cli, assessor: ServiceProcess, machine: Machine, store: ClickHouse, tmp_path: Path
) -> None:
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    await store_samples(store, machine.machine_id, "cpu_percent", [20.0] * 90, start=start)
    ask("groups", "create", "shown", machine.name)
    words = ("assessments", "create", "shown", "whole", "--location", "westeurope", "--wait")
    assert ask(*words, "--timeout", "120").code == 0

    shown = ask("assessments", "show", "whole")
    assert line_with(shown, "RI3Year").split()[1] == "no"
    assert line_with(shown, "None ").split()[1] == "yes"
    assert "PercentageOfMemoryUtilizedMissing" in shown.out
    why = ask("assessments", "explain", "whole", machine.name.upper())
    for text in ("vcpus", "larger", "cheapest size", "estimated from"):
        assert text in why.out
    counted = line_with(ask("assessments", "backtest", "whole", machine.name), "vcpus").split()
    assert counted[-4:-2] == ["90", "0"]
    assert ask("assessments", "backtest", "whole", machine.name, "--resolution", "1h").code == 2
    for finding in ("Idle", "Oversized"):
        rows = ask("assessments", "machines", "whole", "--rightsizing", finding, "--json").json()
        assert all(row["rightsizing"]["finding"] == finding for row in rows)
        assert ask("assessments", "machines", "whole", "--rightsizing", finding).code == 0

    file = tmp_path / "details.xlsx"
    assert ask("assessments", "export", "whole", "--details", "--output", str(file)).code == 0
    assert "Savings_Options" in openpyxl.load_workbook(file, read_only=True).sheetnames


async def test_a_windows_machine_is_priced_with_either_licence(
    ask: Cli, assessor: ServiceProcess, store: ClickHouse
) -> None:
    windows = a_machine(name=f"win-{uuid4().hex[:8]}", os=WINDOWS)
    await store_machines(store, windows)
    ask("groups", "create", "windows", windows.name)
    # Of this family only sizes whose end is announced are offered.
    settings = ("--set", "sizing_criterion=AsOnPremises", "--set", 'azure_vm_families=["DSv2_series"]')
    words = ("assessments", "create", "windows", "licences", "--location", "westeurope", *settings)
    assert ask(*words, "--wait", "--timeout", "120").code == 0

    shown = ask("assessments", "show", "licences").out
    why = ask("assessments", "explain", "licences", windows.name).out

    for printed in (shown, why):
        own, other = (printed.index(f"savings option {word} Azure Hybrid") for word in ("with", "without"))
        assert own < other < printed.rindex("RI3Year")
    assert "size retires" in why


def test_a_schedule_is_set_shown_and_removed(ask: Cli, assessor: ServiceProcess, machine: Machine) -> None:
    ask("groups", "create", "nightly", machine.name)
    ask("assessments", "create", "nightly", "every night", "--location", "westeurope", "--wait")

    ended = ask("assessments", "schedule", "set", "every night", "*/5 * * * *")
    assert (ended.code, "cron: fires more often than every 10 minutes" in ended.err) == (3, True)
    made = ask("assessments", "schedule", "set", "every night", "0 2 * * *", "--json").json()
    assert made["next_run_at"].endswith("T02:00:00Z")
    assert "0 2 * * *" in ask("assessments", "schedule", "show", "every night").out
    assert "0 2 * * *" in line_with(ask("assessments", "schedule", "list"), "every night")
    assert ask("assessments", "schedule", "remove", "every night").code == 0
    assert ask("assessments", "schedule", "list", "--json").json() == []
    assert ask("assessments", "cancel", "every night").code == 3
