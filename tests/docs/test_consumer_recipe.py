"""The consumer in the documentation runs as it stands there."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from devstack.fixtures.broker import Kafka
from surveyor_kit.kafka import EventPublisher
from surveyor_schemas.examples import examples

PAGE = Path(__file__).parents[2] / "docs" / "add-a-consumer.md"

pytestmark = pytest.mark.parts


async def test_documented_consumer_prints_a_change(kafka: Kafka, tmp_path: Path) -> None:
    settings = await kafka.with_topics()
    example = next(e for e in examples("environment-changes") if e.name == "ordinary")
    async with EventPublisher(settings, client_id="test") as publisher:
        await publisher.publish(example.model.model_validate_json(example.value))
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    script = tmp_path / "consumer.py"
    script.write_text(code.group(1), encoding="utf-8")
    async with _running(script, kafka.bootstrap_servers) as process:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            # Other tests have published changes before.
            async for line in process.stdout:
                if line.decode().startswith("app-00042 disk-added disks[2001]"):
                    return
    pytest.fail("the consumer ended without the change")


@asynccontextmanager
async def _running(script: Path, bootstrap_servers: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(script),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": bootstrap_servers},
    )
    try:
        yield process
    finally:
        process.kill()
        await process.wait()
