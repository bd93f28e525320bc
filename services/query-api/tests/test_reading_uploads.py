"""The process that reads a file may die or hang; the service answers what to do."""

import sys

import pytest

from query_api.imports import reading
from query_api.imports.model import ReadUpload
from query_api.imports.reading import UploadReader
from query_api.web.problems import Problem

FILE = b"*Server name,*Cores,*Memory (In MB),*OS name\nweb-01,4,8192,Ubuntu 22.04\n"


def let_it_run(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    monkeypatch.setattr(reading, "_COMMAND", (sys.executable, "-c", script))


async def test_a_file_comes_back_with_its_machines() -> None:
    read = await UploadReader().read(FILE, "azure-migrate-csv")
    assert isinstance(read, ReadUpload)
    assert [(machine.identity, machine.row) for machine in read.machines] == [("web-01", 2)]


async def test_a_reader_that_dies_is_a_problem_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    let_it_run(monkeypatch, "import os; os.abort()")
    with pytest.raises(Problem, match="too much memory") as refused:
        await UploadReader().read(FILE, None)
    assert refused.value.status == 422


async def test_a_reader_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    let_it_run(monkeypatch, "import time; time.sleep(600)")
    monkeypatch.setattr(reading, "TIMEOUT_SECONDS", 0.5)
    with pytest.raises(Problem, match="seconds to read"):
        await UploadReader().read(FILE, None)


async def test_a_reader_may_not_take_all_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    let_it_run(
        monkeypatch,
        "from query_api.imports import reader_process as reader;"
        "reader.read_import = lambda *_: bytearray(4 * 1024**3); reader.main()",
    )
    with pytest.raises(Problem, match="too much memory"):
        await UploadReader().read(FILE, None)
