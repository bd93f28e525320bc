"""Fixtures that start real parts: lazily, once per run, stopped at its end whatever happens.

`SURVEYOR_TEST_PARTS=containers|devstack|auto` says where broker and store come from;
`SURVEYOR_KAFKA__BOOTSTRAP_SERVERS` and `SURVEYOR_CLICKHOUSE__URL` name ones that run already.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.chromium import find_chromium
from devstack.fixtures.availability import unavailable
from devstack.fixtures.broker import Kafka, running_kafka
from devstack.fixtures.store import ClickHouse, running_clickhouse
from devstack.fixtures.vcenter import RunningVCenter, running_vcenter


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A broker without automatic topics; a test that stops it starts it again."""
    with running_kafka(tmp_path_factory.mktemp("kafka")) as part:
        yield part


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouse]:
    """A ClickHouse; a test that stops it starts it again."""
    with running_clickhouse(tmp_path_factory.mktemp("clickhouse")) as part:
        yield part


@pytest.fixture(scope="session")
def vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVCenter]:
    """A simulated vCenter of 40 machines; leave them as they are, or start one with `running_vcenter`."""
    with running_vcenter(tmp_path_factory.mktemp("vcenter")) as part:
        yield part


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The path of a Chromium to hand to Playwright as `executable_path`."""
    found = find_chromium()
    if found is None:
        unavailable("no Chromium: install Debian's `chromium` or name one in SURVEYOR_CHROMIUM")
    assert found is not None
    return found
