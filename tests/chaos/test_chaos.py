"""Rounds of every fault in random order, under load; then every sample and roll-up against the ledger.

`CHAOS_ROUNDS` (20) and `CHAOS_SEED` (random, printed) change a run; the seed repeats its loads and the
order of its faults, not the moment at which the machine gets to each.
"""

import asyncio
import os
import random
import secrets
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from tests.chaos.faults import FAULTS
from tests.chaos.installation import USUAL_WORKERS, Installation
from tests.ledger.reading import (
    TOPIC,
    Offsets,
    every_batch_is_noted,
    physical_samples,
    planted_errors_are_caught,
    roll_ups,
    send,
)

from devstack.ledger import Ledger, LoadPlan, check_roll_ups, check_samples
from devstack.ledger.checker import SAMPLES_STATEMENT
from surveyor_schemas.codec import EncodedEvent
from surveyor_schemas.topics import dead_letter_topic

pytestmark = [pytest.mark.parts, pytest.mark.chaos, pytest.mark.timeout(900)]

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "20"))
SEED = int(os.environ.get("CHAOS_SEED") or secrets.randbelow(2**31))
MACHINES = 400
MINUTES = 60
REPEATED_SHARE = 0.1
QUIET_TIMEOUT_SECONDS = 300.0


@pytest.mark.parametrize("number", range(ROUNDS))
async def test_faults_in_any_order_lose_double_and_falsify_nothing(
    installation: Installation, number: int
) -> None:
    seed = SEED + number
    chance = random.Random(seed)
    print(f"CHAOS_SEED={SEED}, round {number}: seed {seed}")
    plan = LoadPlan(
        seed=seed, machines=MACHINES, minutes=MINUTES, start_at=datetime.now(UTC) - timedelta(minutes=MINUTES)
    )
    ledger = Ledger(plan.interval_seconds)
    messages = list(plan.messages(ledger))
    offsets = Offsets(installation)
    installation.run_workers(USUAL_WORKERS)

    faults = chance.sample(sorted(FAULTS), len(FAULTS))
    for name, some in zip(faults, portions(disordered(messages, chance), len(faults)), strict=True):
        await send(some, installation.kafka)
        lag = await offsets.end() - await offsets.committed()
        print(f"{time.strftime('%H:%M:%S')} {name}: lag {lag}")
        assert lag > 0, "the fault would meet an idle stream"
        await FAULTS[name](installation, chance)
        await asyncio.to_thread(installation.run_workers, USUAL_WORKERS)
    assert installation.proxy.faults["lose-answer"] > 0

    await until_quiet(installation, offsets)
    await compare(installation, ledger, len(messages), seed)
    assert await offsets.end(dead_letter_topic(TOPIC)) == 0, "a kill was blamed on a message"


def disordered(messages: Sequence[EncodedEvent], chance: random.Random) -> list[EncodedEvent]:
    """Every message, some of them twice, in any order."""
    repeated = chance.sample(messages, round(REPEATED_SHARE * len(messages)))
    return chance.sample([*messages, *repeated], len(messages) + len(repeated))


def portions(messages: Sequence[EncodedEvent], count: int) -> Iterator[Sequence[EncodedEvent]]:
    """Cut messages into so many runs of about one length."""
    for number in range(count):
        yield messages[len(messages) * number // count : len(messages) * (number + 1) // count]


async def until_quiet(installation: Installation, offsets: Offsets) -> None:
    """Run on without faults until everything is committed."""
    installation.proxy.heal()
    deadline = time.monotonic() + QUIET_TIMEOUT_SECONDS
    while await offsets.committed() < await offsets.end():
        assert time.monotonic() < deadline, installation.log_tails()
        await asyncio.to_thread(installation.run_workers, USUAL_WORKERS)
        await asyncio.sleep(0.5)


async def compare(installation: Installation, ledger: Ledger, message_count: int, seed: int) -> None:
    """Hold the tables against what was sent."""
    store = installation.store
    observed = await store.query_rows(SAMPLES_STATEMENT)
    assert not (findings := check_samples(ledger, observed)), (seed, findings)
    slots = await roll_ups(store)
    assert not (wrong := check_roll_ups(ledger, slots)), (seed, wrong)
    await every_batch_is_noted(store, message_count)
    duplicates = await physical_samples(store) - ledger.sample_count()
    print(
        f"{ledger.sample_count()} samples, {len(slots)} slots, {duplicates} physical duplicates, 0 findings"
    )
    planted_errors_are_caught(ledger, observed, slots)
