"""What the assessor needs of the outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from assessor.domain.catalogue import Catalogue
from assessor.domain.inputs import MachineInputs
from assessor.domain.run_record import RunRecord
from assessor.domain.window import Window
from surveyor_schemas.assessments.results_v1 import AssessedMachine, AssessmentSummary


class Estate(Protocol):
    """Machines and their performance history. Every call repeats itself until the store answers."""

    async def scope(self, run_id: UUID) -> list[UUID]:
        """Return the machines of a run, in the store's key order."""

    async def inputs(
        self, run_id: UUID, page: Sequence[UUID], window: Window | None, percentile: int
    ) -> list[MachineInputs]:
        """Return facts and percentiles of a page, in the page's order.

        Args:
            run_id: The run whose scope the page is a part of.
            page: Neighbours in the order of `scope`.
            window: The slots to look at; None reads no performance at all.
            percentile: From 1 to 100.

        Removed and unknown machines are left out.
        """


class RunStore(Protocol):
    """What the assessor keeps of a run. Of two rows the one with the later time counts."""

    async def record(self, run_id: UUID) -> RunRecord | None:
        """Return what a run was asked to do; None before it was begun."""

    async def store_record(self, record: RunRecord, began_at: datetime) -> None:
        """Note that an attempt at a run begins."""

    async def begun_at(self, run_id: UUID) -> datetime | None:
        """Return when the latest attempt began."""

    async def input_ids(self, run_id: UUID) -> list[UUID]:
        """Return the machines whose inputs are stored, in the store's key order."""

    async def stored_inputs(self, run_id: UUID, page: Sequence[UUID]) -> list[MachineInputs]:
        """Return the inputs of a page that were stored before."""

    async def store_inputs(self, run_id: UUID, inputs: Sequence[MachineInputs], read_at: datetime) -> None:
        """Keep what results will be computed from."""

    async def inputs_read_at(self, run_id: UUID) -> datetime | None:
        """Return when the first stored inputs of a run were read; None when none are stored."""

    async def store_results(
        self, run_id: UUID, results: Sequence[AssessedMachine], written_at: datetime
    ) -> None:
        """Keep results; readers show them only once the run has a summary."""

    async def results(self, run_id: UUID, page: Sequence[UUID]) -> dict[UUID, str]:
        """Return the stored documents of a page, as they were written."""

    async def store_summary(self, summary: AssessmentSummary) -> None:
        """Make a run's results visible."""

    async def summary_document(self, run_id: UUID) -> str | None:
        """Return the summary of a completed run as it was written."""

    async def summary(self, run_id: UUID) -> AssessmentSummary | None:
        """Return the summary of a completed run."""


@dataclass(frozen=True, slots=True)
class PublishedCatalogue:
    """A snapshot in the store; the one published last is the one that new requests pin."""

    content_hash: str
    prices_at: datetime | None
    published_at: datetime


class CatalogueStore(Protocol):
    """Snapshots by content hash."""

    async def load(self, content_hash: str) -> bytes | None:
        """Return a snapshot; None when it was never published."""

    async def published(self) -> list[PublishedCatalogue]:
        """Return what is there, the one that new requests pin first."""

    async def publish(self, catalogue: Catalogue, snapshot: bytes, published_at: datetime) -> None:
        """Keep a snapshot and what people can choose from it; again with a later time makes it the newest."""
