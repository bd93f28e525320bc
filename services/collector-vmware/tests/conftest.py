"""A broker with the collector's topics, and vCenters to look at and to change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.fixtures.broker import Kafka
from devstack.fixtures.vcenter import RunningVCenter, running_vcenter
from surveyor_kit.settings import KafkaSettings


@pytest.fixture
async def broker(kafka: Kafka) -> KafkaSettings:
    """The broker, with all topics of the catalogue."""
    return await kafka.with_topics()


@pytest.fixture
def own_vcenter(tmp_path: Path) -> Iterator[RunningVCenter]:
    """A vCenter of twelve machines to change and to disturb."""
    with running_vcenter(tmp_path / "vcenter", machines=12, seed=7) as vcenter:
        yield vcenter
