"""The parts that endpoints work with; `bootstrap` puts them together."""

from dataclasses import dataclass

from query_api.assessments.backtests import BacktestService
from query_api.assessments.comparing import ComparisonService
from query_api.assessments.requests import RequestService
from query_api.assessments.service import AssessmentService
from query_api.auth.service import KeyService
from query_api.catalogue.repository import CatalogueRepository
from query_api.changes.repository import ChangeRepository
from query_api.collectors.registry import CollectorRegistry
from query_api.exports.service import ExportService
from query_api.groups.service import GroupService
from query_api.imports.service import ImportService
from query_api.inventory.repository import MachineRepository
from query_api.overview.service import OverviewService
from query_api.performance.service import PerformanceService
from query_api.schedules.service import ScheduleService
from query_api.settings import QueryApiSettings
from query_api.streams.feed import Feed
from surveyor_kit.clock import Clock
from surveyor_kit.health import Health


@dataclass(frozen=True, slots=True)
class Deps:
    """Everything an endpoint may ask for."""

    settings: QueryApiSettings
    clock: Clock
    health: Health
    keys: KeyService
    machines: MachineRepository
    performance: PerformanceService
    changes: ChangeRepository
    change_feed: Feed
    groups: GroupService
    requests: RequestService
    assessments: AssessmentService
    backtests: BacktestService
    comparisons: ComparisonService
    assessment_feed: Feed
    schedules: ScheduleService
    exports: ExportService
    imports: ImportService
    collectors: CollectorRegistry
    catalogue: CatalogueRepository
    overview: OverviewService
