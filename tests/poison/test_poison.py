"""Malformed messages among good ones: each good sample stored, each bad one put aside with its reason."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from tests.chaos.installation import Installation, installed
from tests.ledger.reading import Offsets
from tests.poison.kinds import KINDS
from tests.poison.load import Load, Mixture
from tests.poison.sending import send_in_batches

from devstack.fixtures.broker import running_kafka
from devstack.fixtures.store import ClickHouse
from devstack.ledger import check_samples
from devstack.ledger.checker import SAMPLES_STATEMENT
from surveyor_kit.kafka import client_options
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.topics import dead_letter_topic

pytestmark = [pytest.mark.parts, pytest.mark.slow, pytest.mark.timeout(3600)]

TOPIC = "performance-raw"
HANDLED_TIMEOUT_SECONDS = 3000.0
QUIET_MS = 3000


@pytest.fixture
async def installation(clickhouse: ClickHouse, tmp_path: Path) -> AsyncIterator[Installation]:
    """A broker of its own, so that its dead letters are this test's, and the shared store."""
    settings = {
        "PERFORMANCE_BATCH_EVENTS": "1000",
        "BATCH_WAIT_SECONDS": "0.5",
        "SESSION_TIMEOUT_SECONDS": "30",
    }
    with running_kafka(tmp_path) as broker:
        async with installed(broker, clickhouse, tmp_path, keep_repeats=False, **settings) as installation:
            yield installation


async def test_good_messages_are_stored_and_bad_ones_put_aside(installation: Installation) -> None:
    await mixed(installation, Mixture(good=6_000, bad=60))


@pytest.mark.scale
async def test_ten_thousand_bad_messages_among_a_million_good_ones(installation: Installation) -> None:
    await mixed(installation, Mixture(good=1_000_000, bad=10_000), workers=2)


async def mixed(installation: Installation, mixture: Mixture, workers: int = 1) -> None:
    seed = secrets.randbelow(2**31)
    print(f"seed {seed}: {mixture}")
    began_at = time.monotonic()
    load = Load(mixture, seed)
    await asyncio.to_thread(installation.run_workers, workers)
    await send_in_batches(load.messages(), installation.kafka, TOPIC)
    print(f"sent after {time.monotonic() - began_at:.0f} s")
    await until_handled(installation)
    print(f"handled after {time.monotonic() - began_at:.0f} s")
    findings = check_samples(load.ledger, await installation.store.query_rows(SAMPLES_STATEMENT))
    assert not findings, findings
    assert await dead_letters(installation.kafka) == load.refused
    print(f"{load.ledger.sample_count()} samples and {load.refused.total()} dead letters compared")


async def until_handled(installation: Installation) -> None:
    offsets = Offsets(installation)
    deadline = time.monotonic() + HANDLED_TIMEOUT_SECONDS
    end = await offsets.end()
    while await offsets.committed() < end:
        assert installation.running(), installation.log_tails()
        assert time.monotonic() < deadline, installation.log_tails()
        await asyncio.sleep(0.5)


async def dead_letters(kafka: KafkaSettings) -> Counter[tuple[str, str]]:
    """Count what was put aside by kind and reason; a letter that was sent twice counts once."""
    found: set[tuple[str, str, str, str]] = set()
    options = client_options(kafka) | {"auto_offset_reset": "earliest", "enable_auto_commit": False}
    async with AIOKafkaConsumer(dead_letter_topic(TOPIC), **options) as consumer:
        while batches := await consumer.getmany(timeout_ms=QUIET_MS, max_records=10_000):
            for records in batches.values():
                for record in records:
                    headers = {name: value.decode() for name, value in record.headers}
                    origin = headers["dl_partition"], headers["dl_offset"]
                    found.add((headers["ce_id"], headers["dl_reason"], *origin))
    return Counter((kind, reason) for kind, reason, *_ in found)


def test_the_kinds_are_thirty_and_have_names_of_their_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) == 30
