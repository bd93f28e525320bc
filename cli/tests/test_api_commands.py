"""Commands that call the API: the real query-api."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cli.tests.command import Cli, line_with

from devstack.fixtures.service import ServiceProcess
from devstack.ports import free_port
from query_api.testing.builders import NOW, a_change, a_machine, store_changes, store_machines
from surveyor_kit.clickhouse import ClickHouse
from surveyor_schemas.inventory.machine_v1 import Machine

pytestmark = [pytest.mark.parts, pytest.mark.slow]


async def test_machines_are_listed_and_shown_by_name_or_id(
    ask: Cli, store: ClickHouse, machine: Machine
) -> None:
    change = a_change(machine_id=machine.machine_id, machine_name=machine.name)
    await store_changes(store, change)

    row = line_with(ask("machines", "list", "--query", machine.name), machine.name)
    assert all(text in row for text in ("vcenter-1", "8192", "40.0", str(machine.machine_id)))
    assert [each["name"] for each in ask("machines", "list", "-q", machine.name, "--json").json()] == [
        machine.name
    ]
    for named in (machine.name.upper(), str(machine.machine_id)):
        document = ask("machines", "show", named, "--json").json()
        assert document["machine_id"] == str(machine.machine_id)
    shown = ask("machines", "show", machine.name)
    assert all(text in shown.out for text in ("Ubuntu Linux (64-bit)", "scsi0:0", "00:50:56:00:00:00"))
    (found,) = ask("machines", "changes", machine.name, "--json").json()
    assert found["field_path"] == change.field_path
    assert change.field_path in line_with(ask("changes", "--limit", "5"), machine.name)


async def test_performance_is_a_line_per_series_and_every_point_as_json(
    ask: Cli, store: ClickHouse, machine: Machine
) -> None:
    times = [NOW, NOW + timedelta(seconds=20)]
    columns = ["metric", "machine_id", "instance", "first_sampled_at", "last_sampled_at", "window_hash"]
    columns += ["interval_seconds", "sampled_at", "values", "generated", "source_id"]
    row = ["cpu_percent", machine.machine_id, "", *times, 1, 20, times, [12.5, 30.0], False, "vcenter-1"]
    await store.insert_rows("arriving_samples", columns, [row])

    window = ["--from", (NOW - timedelta(minutes=30)).isoformat(), "--until"]
    window += [(NOW + timedelta(minutes=30)).isoformat(), "--resolution", "raw"]
    shown = line_with(ask("machines", "performance", machine.name, *window), "cpu_percent")
    assert [float(word) for word in shown.split()[-4:-1]] == [12.5, 30.0, 30.0]
    document = ask("machines", "performance", machine.name, *window, "--json").json()
    (series,) = document["series"]
    assert [point["value"] for point in series["points"]] == [12.5, 30.0]


def test_a_file_is_imported_reported_and_removed(ask: Cli, tmp_path: Path) -> None:
    file, report = tmp_path / "estate.csv", tmp_path / "report.csv"
    headings = "*Server name,*Cores,*Memory (In MB),*OS name"
    file.write_text(f"{headings}\nweb-01,4,8192,Ubuntu 22.04\ndb-01,many,8192,Windows Server 2019\n")
    source = f"cli-{uuid4().hex[:8]}"

    ended = ask("import", str(file), "--source", source, "--report", str(report))
    assert ended.code == 1
    assert "1 accepted, 0 with warnings, 1 left out" in ended.out
    assert "'many' is not a number" in ended.out
    assert "1 rows were left out" in ended.err
    assert "'many' is not a number" in report.read_text(encoding="utf-8-sig")

    (found,) = [each for each in ask("imports", "list", "--json").json() if each["source"] == source]
    assert found["state"] == "Completed"
    assert "estate.csv" in ask("imports", "show", found["id"]).out
    assert ask("imports", "remove", found["id"]).code == 0
    file.write_text("name\n")
    assert "*Server name: the column is missing" in ask("import", str(file)).err
    assert ask("import", str(file), "--report", "a.pdf").code == 2


async def test_groups_are_made_changed_and_deleted(ask: Cli, store: ClickHouse, machine: Machine) -> None:
    other = a_machine(name=f"db-{uuid4().hex[:8]}")
    await store_machines(store, other)

    group = ask("groups", "create", "web tier", machine.name, "--description", "pilot", "--json").json()
    assert (group["machine_count"], group["description"]) == (1, "pilot")
    assert ask("groups", "add", "Web Tier", str(other.machine_id), "--json").json()["machine_count"] == 2
    members = ask("groups", "show", group["id"], "--json").json()["members"]
    assert {member["machine"]["name"] for member in members} == {machine.name, other.name}
    assert ask("groups", "remove", "web tier", "--query", "db-", "--json").json()["machine_count"] == 1
    assert line_with(ask("groups", "list"), "web tier").split()[2] == "1"
    assert ask("groups", "delete", "web tier").code == 0
    assert ask("groups", "list", "--json").json() == []


REFUSALS: dict[str, tuple[list[str], str]] = {
    "unknown name": (["machines", "show", "no-such-machine"], "there is no machine 'no-such-machine'"),
    "unknown id": (["machines", "show", str(uuid4())], "There is no machine"),
    "wrong filter": (["machines", "list", "--power-state", "sleeping"], "power_state: "),
    "forbidden name": (["groups", "create", "a<b"], "name: "),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_problem_is_one_line_that_names_the_field(ask: Cli, case: str) -> None:
    words, expected = REFUSALS[case]
    ended = ask(*words)
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("surveyor: ")
    assert expected in ended.err
    assert ended.err.count("\n") == 1


async def test_wrong_settings_of_an_assessment_are_named(ask: Cli, machine: Machine) -> None:
    ask("groups", "create", "h", machine.name)
    ended = ask("assessments", "create", "h", "x", "--set", "azure_place=mars")
    assert ended.code == 3
    assert "settings.azure_place: is not a field here" in ended.err
    assert ask("assessments", "create", "h", "x", "--set", "oops").code == 2


def test_options_come_before_settings_and_a_wrong_key_is_refused(
    surveyor: Cli, query_api: ServiceProcess, key_file: Path, tmp_path: Path
) -> None:
    nowhere = {"SURVEYOR_CLI__API_URL": f"http://127.0.0.1:{free_port()}"}
    options = ["--api-url", query_api.url, "--api-key-file"]
    # Whose collectors there are depends on what else has used the broker.
    assert isinstance(surveyor(*options, str(key_file), "collectors", "--json", env=nowhere).json(), list)
    assert surveyor(*options, str(key_file), "summary", "--json", env=nowhere).json()["machine_count"] >= 0
    wrong = tmp_path / "wrong"
    wrong.write_text("not-the-key")
    ended = surveyor(*options, str(wrong), "collectors", env=nowhere)
    assert (ended.code, ended.err) == (3, "surveyor: The key is not valid.\n")
    ended = surveyor(*options, str(tmp_path / "absent"), "collectors", env=nowhere)
    assert (ended.code, "cannot read" in ended.err) == (2, True)


def test_an_api_that_does_not_answer_is_told(surveyor: Cli) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    ended = surveyor("--api-url", url, "machines", "list")
    assert (ended.code, ended.out) == (4, "")
    assert ended.err.startswith(f"surveyor: the API at {url} does not answer: ")
