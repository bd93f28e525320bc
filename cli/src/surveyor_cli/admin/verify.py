"""`surveyor verify`: is every batch of samples that a collector published in the store?"""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer

from surveyor_cli.admin.connections import TIMEOUT_SECONDS, TimeoutSeconds, patiently
from surveyor_cli.exits import FAILED, notes, outside_errors_explained
from surveyor_cli.logs import configure_command_logging
from surveyor_cli.output import AsJson, print_json, print_table
from surveyor_kit.batches import STATUS, Coverage, Range, compare, published_batches, stored_batches
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.clock import SystemClock
from surveyor_kit.kafka import check_topics
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings, StoreSettings, load_settings

ASK_AGAIN_SECONDS = 1.0


def verify(
    wait_seconds: Annotated[
        float, typer.Option(min=0, help="How long batches that are under way have to arrive.")
    ] = 30,
    timeout_seconds: TimeoutSeconds = TIMEOUT_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Compare the batches that collectors published with those in the store; exit code 1 if one is missing.

    A batch whose message was dead-lettered is missing until it is replayed. The store knows batches of the
    last SURVEYOR_STORE__BATCHES_DAYS (35). The normalizer publishes the same as a metric.
    """
    kafka, clickhouse = load_settings(KafkaSettings), load_settings(ClickHouseSettings)
    kept_for = timedelta(days=load_settings(StoreSettings).batches_days)
    configure_command_logging()

    async def run() -> list[Coverage]:
        await patiently(lambda: check_topics(kafka, [STATUS]), "broker", timeout_seconds)
        async with ClickHouse(clickhouse) as store:
            return await _compare(kafka, store, kept_for, wait_seconds, timeout_seconds)

    with outside_errors_explained():
        runs = asyncio.run(run())
    _report(runs, as_json)
    if any(run.missing for run in runs):
        raise typer.Exit(FAILED)


async def _compare(
    kafka: KafkaSettings,
    store: ClickHouse,
    kept_for: timedelta,
    wait_seconds: float,
    timeout_seconds: float,
) -> list[Coverage]:
    """Return the state in which nothing is missing, or that at the end of the wait."""
    published = await patiently(lambda: published_batches(kafka, store), "store", timeout_seconds)
    deadline = time.monotonic() + wait_seconds
    while True:
        stored = await patiently(lambda: stored_batches(store), "store", timeout_seconds)
        runs = compare(published, stored, SystemClock().now(), kept_for)
        if not any(run.missing for run in runs) or time.monotonic() >= deadline:
            return runs
        await asyncio.sleep(ASK_AGAIN_SECONDS)


def _report(runs: Sequence[Coverage], as_json: bool) -> None:
    if as_json:
        print_json([_document(run) for run in runs])
    elif runs:
        columns = ["source", "run", "expected", "stored", "missing"]
        print_table(columns, [_row(run) for run in runs])
    missing = sum(run.missing_count for run in runs)
    verdict = f"{missing} missing" if missing else "none missing"
    notes.print(f"{sum(run.expected for run in runs)} batches of {len(runs)} runs, {verdict}.", markup=False)


def _document(run: Coverage) -> dict[str, object]:
    return {
        "source_id": run.source_id,
        "run_id": str(run.run_id),
        "expected": run.expected,
        "stored": run.stored,
        "missing": [{"first": first, "last": last} for first, last in run.missing],
    }


def _row(run: Coverage) -> list[object]:
    return [run.source_id, run.run_id, run.expected, run.stored, _text(run.missing)]


def _text(missing: Sequence[Range]) -> str:
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in missing)
