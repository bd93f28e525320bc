"""Uploads: what is taken, what is reported, what is published, and what happens when a file comes again."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pytest

from query_api.bootstrap import Running
from query_api.testing.client import client_of
from surveyor_kit.errors import RetryableError
from surveyor_kit.testing import InMemoryPublisher, SettableClock
from surveyor_schemas.discovery.imported_machine_observed_v1 import ImportedMachineObserved
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.identity import imported_machine_id

pytestmark = pytest.mark.parts

HEADINGS = "*Server name,*Cores,*Memory (In MB),*OS name,CPU utilization percentage,Disk 1 size (In GB)"
GOOD = f"{HEADINGS}\nweb-01,4,8192,Ubuntu 22.04,40,128\ndb-01,8,32768,Windows Server 2019,,512\n"
DOUBTFUL = (
    f"{HEADINGS}\nweb-01,4,8192,Ubuntu 22.04,40,128\n=cmd|x,2,4096,Acme OS,,64\nbad-01,none,4096,Ubuntu,,64\n"
)


async def upload(api: httpx.AsyncClient, text: str, **fields: str) -> httpx.Response:
    files = {"file": (r"C:\exports\estate.csv", text.encode(), "text/csv")}
    return await api.post("/v1/imports", files=files, data=fields)


async def imported(api: httpx.AsyncClient, running: Running, text: str, **fields: str) -> dict[str, Any]:
    """Upload a file, publish what waits, and return the import as it is then."""
    answer = await upload(api, text, **fields)
    assert answer.status_code == 202, answer.text
    while await running.import_publisher.publish_waiting():
        pass
    found: dict[str, Any] = (await api.get(f"/v1/imports/{answer.json()['id']}")).json()
    return found


async def test_accepted_machines_are_published_as_observations(
    api: httpx.AsyncClient, running: Running, publisher: InMemoryPublisher, clock: SettableClock
) -> None:
    found = await imported(api, running, GOOD)

    assert (found["state"], found["file_name"], found["source_id"]) == (
        "Completed",
        "estate.csv",
        "import:default",
    )
    assert found["progress"] == {"done": 2, "total": 2}
    assert found["rows"] == {"accepted": 2, "warning": 0, "error": 0, "skipped": 0}
    assert found["machines"] == {"new": 2, "changed": 0, "unchanged": 0}
    observed = {event.machine_id: event for event in publisher.events("discovery-raw")}  # type: ignore[attr-defined]
    web = observed[imported_machine_id("default", "web-01")]
    assert isinstance(web, ImportedMachineObserved)
    assert (web.name, web.cores, web.cpu_percent, web.disks[0].size_gib) == ("web-01", 4, 40.0, 128.0)
    assert (web.format, web.file_name, web.row_number) == ("azure-migrate-csv", "estate.csv", 2)
    assert web.collected_at == clock.now()


async def test_nothing_is_published_before_it_is_asked_to_and_progress_says_so(
    api: httpx.AsyncClient, publisher: InMemoryPublisher
) -> None:
    found = (await upload(api, GOOD)).json()
    assert (found["state"], found["progress"]) == ("Publishing", {"done": 0, "total": 2})
    assert publisher.published == []


async def test_what_the_broker_did_not_take_is_published_later_under_the_same_ids(
    api: httpx.AsyncClient,
    running: Running,
    publisher: InMemoryPublisher,
    clock: SettableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = (await upload(api, GOOD)).json()

    async def take_and_fail(events: list[Any]) -> None:
        await InMemoryPublisher.publish_many(publisher, events)
        raise RetryableError("the broker's answer was lost")

    with monkeypatch.context() as cut:
        cut.setattr(publisher, "publish_many", take_and_fail)
        with pytest.raises(RetryableError):
            await running.import_publisher.publish_waiting()
    assert (await api.get(f"/v1/imports/{found['id']}")).json()["progress"]["done"] == 0
    clock.advance(60)
    assert await running.import_publisher.publish_waiting() == 2

    events = publisher.events("discovery-raw")
    assert events[:2] == events[2:]


async def test_the_same_file_again_changes_nothing(
    api: httpx.AsyncClient, running: Running, publisher: InMemoryPublisher
) -> None:
    await imported(api, running, GOOD)
    again = await imported(api, running, GOOD)

    assert (again["state"], again["machines"]) == ("Completed", {"new": 0, "changed": 0, "unchanged": 2})
    assert len(publisher.events("discovery-raw")) == 2


async def test_a_changed_machine_gets_the_next_revision_even_when_the_clock_steps_back(
    api: httpx.AsyncClient, running: Running, publisher: InMemoryPublisher, clock: SettableClock
) -> None:
    await imported(api, running, GOOD)
    clock.set(clock.now() - timedelta(hours=1))
    again = await imported(api, running, GOOD.replace("web-01,4", "web-01,6"))

    assert again["machines"] == {"new": 0, "changed": 1, "unchanged": 1}
    web = imported_machine_id("default", "web-01")
    revisions = [event for event in publisher.events("discovery-raw") if event.key() == str(web)]
    first, second = revisions
    assert isinstance(first, ImportedMachineObserved)
    assert isinstance(second, ImportedMachineObserved)
    assert second.revision == first.revision + 1
    assert second.cores == 6


async def test_another_source_keeps_machines_of_one_name_apart(
    api: httpx.AsyncClient, running: Running
) -> None:
    await imported(api, running, GOOD)
    other = await imported(api, running, GOOD, source="factory")
    assert (other["source_id"], other["machines"]["new"]) == ("import:factory", 2)


async def test_the_report_tells_each_row_and_cell(api: httpx.AsyncClient, running: Running) -> None:
    found = await imported(api, running, DOUBTFUL)
    path = f"/v1/imports/{found['id']}"

    assert found["rows"] == {"accepted": 1, "warning": 1, "error": 1, "skipped": 0}
    first = (await api.get(f"{path}/rows", params={"limit": 2})).json()
    rest = (await api.get(f"{path}/rows", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [row["row"] for row in first["items"] + rest["items"]] == [2, 3, 4]
    assert first["total"] == 3
    (wrong,) = (await api.get(f"{path}/rows", params={"outcome": "error"})).json()["items"]
    assert wrong["name"] == "bad-01"
    assert wrong["findings"][0]["column"] == "*Cores"


async def test_reports_are_safe_in_spreadsheets(api: httpx.AsyncClient, running: Running) -> None:
    found = await imported(api, running, DOUBTFUL)
    path = f"/v1/imports/{found['id']}/report"

    text = (await api.get(f"{path}.csv")).content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert [line[1:4] for line in lines[1:]] == [
        ["2", "web-01", "Accepted"],
        ["3", "'=cmd|x", "Accepted with warnings"],
        ["4", "bad-01", "Left out"],
    ]
    answer = await api.get(f"{path}.xlsx")
    assert 'filename="import-report-estate.csv.xlsx"' in answer.headers["Content-Disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert (sheet["C3"].value, sheet["C3"].data_type) == ("=cmd|x", "s")


async def test_removing_an_import_removes_the_machines_that_no_later_one_describes(
    api: httpx.AsyncClient, running: Running, publisher: InMemoryPublisher
) -> None:
    first = await imported(api, running, GOOD)
    await imported(api, running, f"{HEADINGS}\nweb-01,4,8192,Ubuntu 22.04,40,128\n")

    answer = await api.delete(f"/v1/imports/{first['id']}")
    assert (answer.status_code, answer.json()["state"]) == (202, "Removing")
    await running.import_publisher.publish_waiting()

    removed = [event for event in publisher.events("discovery-raw") if isinstance(event, MachineRemoved)]
    assert [event.machine_id for event in removed] == [imported_machine_id("default", "db-01")]
    assert (await api.get(f"/v1/imports/{first['id']}")).json()["state"] == "Removed"
    assert (await api.delete(f"/v1/imports/{first['id']}")).status_code == 409


async def test_a_removed_machine_comes_back_with_the_next_file(
    api: httpx.AsyncClient, running: Running, publisher: InMemoryPublisher
) -> None:
    first = await imported(api, running, GOOD)
    await api.delete(f"/v1/imports/{first['id']}")
    again = await imported(api, running, GOOD)

    assert again["machines"] == {"new": 0, "changed": 2, "unchanged": 0}
    assert isinstance(publisher.events("discovery-raw")[-1], ImportedMachineObserved)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("name,cores\nweb-01,4\n", "*Server name"),
        (GOOD.replace("(In MB)", "(In GB)"), "*Memory (In GB)"),
        ("", "file"),
        ("PK\x03\x04 not a workbook", "file"),
    ],
)
async def test_a_file_that_cannot_be_used_is_a_problem_that_names_the_place_and_leaves_nothing(
    api: httpx.AsyncClient, text: str, field: str
) -> None:
    answer = await upload(api, text)

    assert (answer.status_code, answer.headers["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["errors"][0]["field"] == field
    assert (await api.get("/v1/imports")).json()["items"] == []


async def test_wrong_fields_of_the_form_are_named(api: httpx.AsyncClient) -> None:
    assert (await upload(api, GOOD, source="a/b")).json()["errors"][0]["field"] == "source"
    assert (await upload(api, GOOD, format="rvtools")).json()["errors"][0]["field"] == "file"
    assert (await upload(api, GOOD, colour="red")).json()["errors"][0]["field"] == "colour"
    assert (await api.post("/v1/imports", data={"source": "x"})).json()["errors"][0]["field"] == "file"


async def test_an_attempt_that_is_repeated_makes_one_import(api: httpx.AsyncClient) -> None:
    files = {"file": ("estate.csv", GOOD.encode(), "text/csv")}
    headers = {"Idempotency-Key": "once"}
    first = (await api.post("/v1/imports", files=files, headers=headers)).json()
    second = (await api.post("/v1/imports", files=files, headers=headers)).json()
    assert first["id"] == second["id"]
    other = {"file": ("estate.csv", DOUBTFUL.encode(), "text/csv")}
    assert (await api.post("/v1/imports", files=other, headers=headers)).status_code == 422


async def test_reading_needs_a_reader_and_changing_an_operator(
    api: httpx.AsyncClient, running: Running
) -> None:
    found = (await upload(api, GOOD)).json()
    key = (await api.post("/v1/api-keys", json={"name": "viewer", "role": "reader"})).json()["key"]
    async with client_of(running, key) as viewer:
        assert (await viewer.get(f"/v1/imports/{found['id']}")).status_code == 200
        assert (await upload(viewer, GOOD)).status_code == 403
        assert (await viewer.delete(f"/v1/imports/{found['id']}")).status_code == 403
    async with client_of(running, None) as nobody:
        assert (await upload(nobody, GOOD)).status_code == 401


async def test_imports_are_listed_newest_first_and_an_unknown_one_is_not_found(
    api: httpx.AsyncClient, running: Running, clock: SettableClock
) -> None:
    first = await imported(api, running, GOOD)
    clock.set(clock.now() + timedelta(minutes=1))
    second = await imported(api, running, DOUBTFUL)

    page = (await api.get("/v1/imports", params={"limit": 1})).json()
    rest = (await api.get("/v1/imports", params={"limit": 1, "cursor": page["next_cursor"]})).json()
    assert [one["id"] for one in page["items"] + rest["items"]] == [second["id"], first["id"]]
    for path in ("", "/rows", "/report.csv", "/report.xlsx"):
        assert (await api.get(f"/v1/imports/{uuid4()}{path}")).status_code == 404
