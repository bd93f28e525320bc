"""One run, from its request on the topic to its completion, and what it took."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID, uuid4

import psutil
from bench.assessor.estate import WINDOW_END, WINDOW_START, add_scope
from bench.processes import Meter
from bench.report import Figures

from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import EventConsumer, EventPublisher, decode_received
from surveyor_kit.settings import KafkaSettings
from surveyor_schemas.assessments.assessment_completed_v1 import AssessmentCompleted
from surveyor_schemas.assessments.assessment_failed_v1 import AssessmentFailed
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings

TIMEOUT_SECONDS = 900.0
LOOK_EVERY_SECONDS = 0.1


async def run_assessment(
    store: ClickHouse,
    kafka: KafkaSettings,
    machine_ids: Sequence[UUID],
    catalogue_hash: str,
    assessor: psutil.Process,
    engine: psutil.Process,
) -> Figures:
    """Request an assessment of these machines and wait until it is completed."""
    request = _request(machine_ids, catalogue_hash)
    await add_scope(store, request.run_id, machine_ids)
    async with (
        EventConsumer(kafka, ["assessment-events"], client_id="bench", start="end") as events,
        EventPublisher(kafka, client_id="bench") as publisher,
    ):
        with _watched(assessor) as ours, _watched(engine) as engines:
            began_at = time.monotonic()
            await publisher.publish(request)
            seconds_by_step, gap = await _completed(events, request.run_id, len(machine_ids))
            seconds = time.monotonic() - began_at
    return {
        "seconds": seconds,
        "machines_per_second": len(machine_ids) / seconds,
        "assessor_cpu_seconds": ours.cpu_seconds,
        "engine_cpu_seconds": engines.cpu_seconds,
        "assessor_resident_mib": ours.resident_mib,
        "engine_resident_mib": engines.resident_mib,
        "longest_silence_seconds": gap,
        **seconds_by_step,
    }


def _request(machine_ids: Sequence[UUID], catalogue_hash: str) -> AssessmentRequested:
    return AssessmentRequested(
        assessment_id=uuid4(),
        run_id=uuid4(),
        name="bench",
        group_id=uuid4(),
        group_name="bench",
        group_revision=1,
        machine_count=len(machine_ids),
        settings=AssessmentSettings.model_validate(
            {
                "azure_location": "westeurope",
                "time_range": "Custom",
                "perf_data_start_time": WINDOW_START,
                "perf_data_end_time": WINDOW_END,
            }
        ),
        window_end=WINDOW_END,
        catalogue_hash=catalogue_hash,
        requested_by="bench",
        requested_at=WINDOW_END,
    )


async def _completed(events: EventConsumer, run_id: UUID, machines: int) -> tuple[dict[str, float], float]:
    """Wait for the end; return how long each step took and the longest time without an event."""
    steps: dict[str, float] = {}
    step, step_began_at, last_at, longest = "taking-up", time.monotonic(), time.monotonic(), 0.0
    async with asyncio.timeout(TIMEOUT_SECONDS):
        while True:
            for received in await events.poll(0.1):
                event = decode_received(received)
                if getattr(event, "run_id", None) != run_id:
                    continue
                now = time.monotonic()
                longest, last_at = max(longest, now - last_at), now
                new_step = getattr(event, "step", step)
                if new_step != step or isinstance(event, AssessmentCompleted):
                    steps[f"{step.replace('-', '_')}_seconds"] = now - step_began_at
                    step, step_began_at = new_step, now
                if isinstance(event, AssessmentFailed):
                    raise RuntimeError(event.message)
                if isinstance(event, AssessmentCompleted):
                    if event.summary.machine_count != machines:
                        raise RuntimeError(f"{event.summary.machine_count} of {machines} machines assessed")
                    return steps, longest


@contextmanager
def _watched(process: psutil.Process) -> Iterator[Meter]:
    """Look at a process all the time: its largest memory counts."""
    meter, ended = Meter.started(process.pid), threading.Event()

    def watch() -> None:
        while not ended.wait(LOOK_EVERY_SECONDS):
            meter.look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield meter
    finally:
        ended.set()
        thread.join()
