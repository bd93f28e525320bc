"""One attempt at a run: store what it is computed from, compute, store the result."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from assessor.ahead import working_ahead
from assessor.backtesting import Backtests, backtest_page
from assessor.catalogue.tables import CatalogueRefused
from assessor.catalogues import Catalogues
from assessor.domain.assess import Assessment
from assessor.domain.backtest_counts import BacktestCounts
from assessor.domain.check_settings import SettingsRefused
from assessor.domain.owner_rules import OwnerRules
from assessor.domain.page import AssessedInputs, assess_inputs, page_documents
from assessor.domain.report import RunContext
from assessor.domain.summary import Totals
from assessor.domain.window import Window, performance_window
from assessor.metrics import MACHINES_ASSESSED
from assessor.ports import Estate, RunStore
from assessor.progress import Progress
from assessor.run_control import CheckIn, RunFailed, RunGivenAway
from surveyor_kit.clock import Clock
from surveyor_kit.kafka import Publisher
from surveyor_kit.lifecycle import crash_point
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested
from surveyor_schemas.assessments.assessment_started_v1 import AssessmentStarted
from surveyor_schemas.assessments.results_v1 import AssessmentSummary

Page = list[UUID]
PAGES_AHEAD = 1
"""Computed pages that wait for the one before: they are what takes memory."""


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
    backtests: Backtests
    owner_rules: OwnerRules | None


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
    owner_rules: OwnerRules | None = None
    """Those of the run's first attempt, whatever stands in this assessor's file by now."""

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
        assessment = await load_assessment(self.request, self.owner_rules, self.deps.catalogues)
        scope = await self._scope()
        window = performance_window(self.request.settings, self.request.window_end)
        run = RunContext(self.request.assessment_id, self.run_id, assessment, window)
        progress = Progress(self.request, self.deps.publisher, self.deps.clock, len(scope))
        async with progress.told_every(self.deps.progress_interval_seconds):
            totals = await self._assess(run, self._pages(scope), progress)
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

    def _pages(self, scope: list[UUID]) -> list[Page]:
        machines = self.deps.page_machines
        return [scope[start : start + machines] for start in range(0, len(scope), machines)]

    async def _assess(self, run: RunContext, pages: Sequence[Page], progress: Progress) -> Totals:
        """Compute every page from its stored inputs alone, back-test it, and store the results.

        The store reads the next pages while this one is computed; pages are finished in their order.
        """
        totals = Totals(run.assessment)
        async with (
            working_ahead(self._stored(pages, run.window, progress), len(pages)) as stored,
            working_ahead(self._backtested(run, stored), PAGES_AHEAD) as backtested,
        ):
            async for assessed, counts in backtested:
                documents = await asyncio.to_thread(page_documents, run, assessed, counts, totals)
                await self.deps.runs.store_results(self.run_id, documents, self.began_at)
                crash_point("between_results")
                MACHINES_ASSESSED.inc(len(documents))
                progress.advance("assessing", len(documents))
        return totals

    async def _stored(self, pages: Sequence[Page], window: Window, progress: Progress) -> AsyncIterator[Page]:
        """Store the inputs of every page that has none yet."""
        settings, runs = self.request.settings, self.deps.runs
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
            progress.advance("reading-inputs", len(page))
            yield page
        crash_point("after_inputs")

    async def _backtested(
        self, run: RunContext, pages: AsyncIterator[Page]
    ) -> AsyncIterator[tuple[list[AssessedInputs], dict[UUID, BacktestCounts]]]:
        """Assess pages and count what their back-tests need."""
        async for page in pages:
            self.check_in()
            inputs = await self.deps.runs.stored_inputs(self.run_id, page)
            assessed = await asyncio.to_thread(assess_inputs, run, inputs)
            plans = {item.machine_id: item.checks for item in assessed}
            counts = await backtest_page(self.run_id, plans, run.window, self.began_at, self.deps.backtests)
            crash_point("after_backtest")
            yield assessed, counts

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
    request: AssessmentRequested, owner_rules: OwnerRules | None, catalogues: Catalogues
) -> Assessment:
    """Put settings, the pinned catalogue and the owner's rules together.

    Raises:
        RunFailed: The catalogue is unknown or cannot be read, or does not have what the settings ask for.
    """
    try:
        catalogue = await catalogues.get(request.catalogue_hash)
        if catalogue is None:
            known = f"No catalogue has the hash {request.catalogue_hash}; request the assessment again."
            raise RunFailed("catalogue-unknown", known)
        return Assessment(request.settings, catalogue, owner_rules)
    except CatalogueRefused as error:
        raise RunFailed("catalogue-unknown", f"The catalogue cannot be read: {error}") from error
    except SettingsRefused as error:
        raise RunFailed("settings-not-supported", str(error)) from error
