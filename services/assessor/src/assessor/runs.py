"""One attempt at a run: store what it is computed from, compute, store the result."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assessor.catalogue.tables import CatalogueRefused
from assessor.catalogues import Catalogues
from assessor.domain.assess import Assessment
from assessor.domain.check_settings import SettingsRefused
from assessor.domain.inputs import MachineInputs, to_machine
from assessor.domain.report import machine_document
from assessor.domain.summary import Totals
from assessor.domain.window import Window, performance_window
from assessor.metrics import MACHINES_ASSESSED
from assessor.ports import Estate, RunStore
from assessor.progress import Progress
from assessor.run_control import CheckIn, RunFailed, RunGivenAway
from surveyor_kit.clock import Clock
from surveyor_kit.kafka import Publisher
from surveyor_kit.lifecycle import crash_point
from surveyor_kit.logging import get_logger
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested
from surveyor_schemas.assessments.assessment_settings_v1 import AssessmentSettings
from surveyor_schemas.assessments.assessment_started_v1 import AssessmentStarted
from surveyor_schemas.assessments.results_v1 import AssessedMachine as MachineDocument
from surveyor_schemas.assessments.results_v1 import AssessmentSummary

log = get_logger(__name__)


@dataclass(frozen=True)
class RunDependencies:
    """What a run needs; `page_machines` bounds memory, `attempts` how often a run is begun at most."""

    estate: Estate
    runs: RunStore
    catalogues: Catalogues
    publisher: Publisher
    clock: Clock
    page_machines: int
    progress_interval_seconds: float
    attempts: int
    retry_seconds: float


@dataclass(frozen=True)
class Attempt:
    """A run, begun at `began_at`.

    All that an attempt writes has that time for its version, so that a later attempt's rows win over
    those of an earlier one that somebody believed dead.
    """

    request: AssessmentRequested
    began_at: datetime
    check_in: CheckIn
    deps: RunDependencies

    @property
    def run_id(self) -> UUID:
        return self.request.run_id

    async def complete(self) -> AssessmentSummary:
        """Bring the run to its result.

        Raises:
            RunFailed: It cannot have one.
            RunCancelled: Somebody asked to stop it.
            RunGivenAway: Another assessor has begun it since.
        """
        assessment = await load_assessment(
            self.request.settings, self.request.catalogue_hash, self.deps.catalogues
        )
        pages = self._pages(await self._scope())
        progress = Progress(self.request, self.deps.publisher, self.deps.clock)
        async with progress.told_every(self.deps.progress_interval_seconds):
            window = await self._store_inputs(pages, progress)
            crash_point("after_inputs")
            totals = await self._assess(assessment, pages, progress)
        return await self._store_summary(totals, window)

    async def _scope(self) -> list[UUID]:
        scope = await self.deps.estate.scope(self.run_id)
        if not scope:
            raise RunFailed(
                "no-machines", "The group has no machines; add some and request the assessment again."
            )
        await self.deps.publisher.publish(
            AssessmentStarted(
                assessment_id=self.request.assessment_id,
                run_id=self.run_id,
                at=self.deps.clock.now(),
                machine_count=len(scope),
            )
        )
        return scope

    def _pages(self, scope: list[UUID]) -> list[list[UUID]]:
        machines = self.deps.page_machines
        return [scope[start : start + machines] for start in range(0, len(scope), machines)]

    async def _store_inputs(self, pages: Sequence[list[UUID]], progress: Progress) -> Window:
        """Store the inputs of every page that has none yet."""
        settings, runs = self.request.settings, self.deps.runs
        window = performance_window(settings, self.request.window_end)
        await progress.begin("reading-inputs", sum(map(len, pages)))
        for page in pages:
            self.check_in()
            if not await runs.stored_inputs(self.run_id, page):
                inputs = await self.deps.estate.inputs(
                    self.run_id,
                    page,
                    window if settings.is_performance_based else None,
                    settings.percentile.rank,
                )
                await runs.store_inputs(self.run_id, inputs, self.began_at)
                crash_point("between_inputs")
            progress.advance(len(page))
        return window

    async def _assess(
        self, assessment: Assessment, pages: Sequence[list[UUID]], progress: Progress
    ) -> Totals:
        """Compute every page from its stored inputs alone, and store the results."""
        totals = Totals()
        await progress.begin("assessing", sum(map(len, pages)))
        for page in pages:
            self.check_in()
            inputs = await self.deps.runs.stored_inputs(self.run_id, page)
            documents = await asyncio.to_thread(assess_page, self.request, assessment, inputs, totals)
            await self.deps.runs.store_results(self.run_id, documents, self.began_at)
            crash_point("between_results")
            MACHINES_ASSESSED.inc(len(documents))
            progress.advance(len(page))
        return totals

    async def _store_summary(self, totals: Totals, window: Window) -> AssessmentSummary:
        if not totals.machine_count:
            raise RunFailed("no-machines", "None of the group's machines exists any more; change the group.")
        now = self.deps.clock.now()
        read_at = await self.deps.runs.inputs_read_at(self.run_id) or now
        summary = totals.summary(self.request, window, read_at, now)
        crash_point("before_complete")
        self.check_in()
        if await self.deps.runs.begun_at(self.run_id) != self.began_at:
            raise RunGivenAway
        await self.deps.runs.store_summary(summary)
        crash_point("after_complete")
        return summary


async def load_assessment(
    settings: AssessmentSettings, catalogue_hash: str, catalogues: Catalogues
) -> Assessment:
    """Put settings and the pinned catalogue together.

    Raises:
        RunFailed: The catalogue is unknown or cannot be read, or does not have what the settings ask for.
    """
    try:
        catalogue = await catalogues.get(catalogue_hash)
        if catalogue is None:
            known = f"No catalogue has the hash {catalogue_hash}; request the assessment again."
            raise RunFailed("catalogue-unknown", known)
        return Assessment(settings, catalogue)
    except CatalogueRefused as error:
        raise RunFailed("catalogue-unknown", f"The catalogue cannot be read: {error}") from error
    except SettingsRefused as error:
        raise RunFailed("settings-not-supported", str(error)) from error


def assess_page(
    request: AssessmentRequested, assessment: Assessment, inputs: Sequence[MachineInputs], totals: Totals
) -> list[MachineDocument]:
    """Compute machines from their inputs, and add them to the totals."""
    return [
        document
        for item in inputs
        if (document := _assess_machine(request, assessment, item, totals)) is not None
    ]


def _assess_machine(
    request: AssessmentRequested, assessment: Assessment, inputs: MachineInputs, totals: Totals
) -> MachineDocument | None:
    machine = to_machine(inputs)
    if machine is None:
        log.warning("machine_without_cores_or_memory", machine_id=str(inputs.machine.machine_id))
        return None
    result = assessment.assess(machine)
    totals.add(result)
    return machine_document(request.assessment_id, request.run_id, inputs.machine, assessment, result)
