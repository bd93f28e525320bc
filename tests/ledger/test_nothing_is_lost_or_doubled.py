"""The normalizer killed in the middle of a load, compared sample by sample with what was sent."""

import asyncio
import signal
import time

import pytest
from tests.ledger.reading import (
    Installed,
    Offsets,
    every_batch_is_noted,
    physical_samples,
    planted_errors_are_caught,
    roll_ups,
    send,
)

from devstack.fixtures.service import ServiceProcess
from devstack.ledger import Ledger, LoadPlan, check_roll_ups, check_samples
from devstack.ledger.checker import SAMPLES_STATEMENT

pytestmark = [pytest.mark.parts, pytest.mark.slow, pytest.mark.timeout(1200)]

CRASH_POINTS = ("before_insert", "after_insert", "before_ack")
BATCHES_BEFORE_CRASH = 5
CRASH_TIMEOUT_SECONDS = 180.0
CATCH_UP_TIMEOUT_SECONDS = 600.0


async def test_kills_at_every_crash_point_lose_and_double_nothing(
    installation: Installed, normalizer: ServiceProcess, plan: LoadPlan
) -> None:
    await installation.store.command("SYSTEM STOP MERGES performance_samples")  # duplicates stay countable
    ledger = Ledger(plan.interval_seconds)
    sent = await send(plan.messages(ledger), installation.kafka)
    offsets = Offsets(installation)

    committed = 0
    for point in CRASH_POINTS:
        normalizer.spawn(SURVEYOR_CRASH_AT=f"{point}:{BATCHES_BEFORE_CRASH}")
        code = await asyncio.to_thread(normalizer.wait, CRASH_TIMEOUT_SECONDS)
        assert code == -signal.SIGKILL, normalizer.log_tail()
        before, committed = committed, await offsets.committed()
        lag = sent - committed
        print(f"killed at {point}: committed {committed} of {sent}, lag {lag}")
        assert lag > 0
        assert committed > before, "no commit between two kills"

    await catch_up(normalizer, offsets, sent)
    assert normalizer.stop() == 0

    observed = await installation.store.query_rows(SAMPLES_STATEMENT)
    findings = check_samples(ledger, observed)
    assert not findings, (plan.seed, findings)
    slots = await roll_ups(installation.store)
    assert not (wrong := check_roll_ups(ledger, slots)), (plan.seed, wrong)
    duplicates = await physical_samples(installation.store) - ledger.sample_count()
    print(f"{ledger.sample_count()} samples, {len(slots)} slots, {duplicates} physical duplicates")
    assert duplicates > 0
    await every_batch_is_noted(installation.store, sent)
    planted_errors_are_caught(ledger, observed, slots)


async def catch_up(normalizer: ServiceProcess, offsets: Offsets, sent: int) -> None:
    """Run without faults until everything is committed."""
    normalizer.spawn()
    deadline = time.monotonic() + CATCH_UP_TIMEOUT_SECONDS
    while await offsets.committed() < await offsets.end():
        assert time.monotonic() < deadline, normalizer.log_tail()
        await asyncio.sleep(0.5)
    assert await offsets.end() == sent
