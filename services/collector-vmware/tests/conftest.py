"""A broker with the collector's topics, and vCenters to look at and to change."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.fixtures.broker import Kafka
from devstack.fixtures.vcenter import RunningVCenter, running_vcenter
from surveyor_kit.kafka import TopicAdmin
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.topics import TOPICS


@pytest.fixture
async def broker(kafka: Kafka) -> KafkaSettings:
    """The broker, with all topics of the catalogue."""
    settings = KafkaSettings(bootstrap_servers=kafka.bootstrap_servers)
    async with TopicAdmin(settings) as admin:
        await admin.ensure(TOPICS)
    return settings


@pytest.fixture
def own_vcenter(tmp_path: Path) -> Iterator[RunningVCenter]:
    """A vCenter of twelve machines to change and to disturb."""
    with running_vcenter(tmp_path / "vcenter", machines=12, seed=7) as vcenter:
        yield vcenter
