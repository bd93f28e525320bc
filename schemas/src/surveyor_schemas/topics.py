"""The topic catalogue: every topic, its key, retention, events, writers and readers."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from surveyor_schemas.assessments.assessment_cancel_requested_v1 import AssessmentCancelRequested
from surveyor_schemas.assessments.assessment_cancelled_v1 import AssessmentCancelled
from surveyor_schemas.assessments.assessment_completed_v1 import AssessmentCompleted
from surveyor_schemas.assessments.assessment_failed_v1 import AssessmentFailed
from surveyor_schemas.assessments.assessment_progressed_v1 import AssessmentProgressed
from surveyor_schemas.assessments.assessment_requested_v1 import AssessmentRequested
from surveyor_schemas.assessments.assessment_started_v1 import AssessmentStarted
from surveyor_schemas.base import Event
from surveyor_schemas.discovery.hyperv_machine_observed_v1 import HypervMachineObserved
from surveyor_schemas.discovery.imported_machine_observed_v1 import ImportedMachineObserved
from surveyor_schemas.discovery.machine_removed_v1 import MachineRemoved
from surveyor_schemas.discovery.vmware_machine_observed_v1 import VmwareMachineObserved
from surveyor_schemas.groups.group_changed_v1 import GroupChanged
from surveyor_schemas.inventory.environment_changed_v1 import EnvironmentChanged
from surveyor_schemas.inventory.machine_v1 import Machine
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled
from surveyor_schemas.performance.samples_lost_v1 import SamplesLost
from surveyor_schemas.status.collector_heartbeat_v1 import CollectorHeartbeat

DAY_MS = 24 * 60 * 60 * 1000
DEAD_LETTER_SUFFIX = "-dlq"
DEAD_LETTER_RETENTION_MS = 30 * DAY_MS
MAX_MESSAGE_BYTES = 1_048_576

CleanupPolicy = Literal["compact", "delete"]


class Topic(BaseModel):
    """One topic. `consumers` with `dead_letter` write what they refuse to `<name>-dlq`."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    name: str
    summary: str
    key: str
    partitions: int
    cleanup_policy: CleanupPolicy
    retention_ms: int | None = None
    """None: kept for ever (compacted topics)."""
    min_compaction_lag_ms: int | None = None
    events: tuple[type[Event], ...]
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    dead_letter: bool = False

    @property
    def dead_letter_topic(self) -> str | None:
        """Where refused messages go, None where no consumer refuses any."""
        return dead_letter_topic(self.name) if self.dead_letter else None


def dead_letter_topic(topic: str) -> str:
    """The name of a topic's dead-letter topic."""
    return topic + DEAD_LETTER_SUFFIX


_CATALOGUE = (
    Topic(
        name="discovery-raw",
        summary="The complete state of machines in their sources' own words.",
        key="machine id",
        partitions=6,
        cleanup_policy="compact",
        min_compaction_lag_ms=7 * DAY_MS,
        events=(VmwareMachineObserved, HypervMachineObserved, ImportedMachineObserved, MachineRemoved),
        producers=("collector-vmware", "collector-hyperv", "query-api"),
        consumers=("normalizer", "collector-vmware", "collector-hyperv"),
        dead_letter=True,
    ),
    Topic(
        name="performance-raw",
        summary="Samples of counters in batches, in their sources' units.",
        key="source id",
        partitions=6,
        cleanup_policy="delete",
        retention_ms=7 * DAY_MS,
        events=(PerformanceSampled, SamplesLost),
        producers=("collector-vmware", "collector-hyperv"),
        consumers=("normalizer", "collector-vmware"),
        dead_letter=True,
    ),
    Topic(
        name="collector-status",
        summary="Heartbeats of collectors and the state of their sources.",
        key="collector id",
        partitions=3,
        cleanup_policy="compact",
        events=(CollectorHeartbeat,),
        producers=("collector-vmware", "collector-hyperv"),
        consumers=("query-api", "normalizer", "collector-vmware", "collector-hyperv"),
    ),
    Topic(
        name="machines",
        summary="Canonical machines, latest state per machine; a tombstone 30 days after removal.",
        key="machine id",
        partitions=3,
        cleanup_policy="compact",
        events=(Machine,),
        producers=("normalizer",),
        consumers=(),
    ),
    Topic(
        name="environment-changes",
        summary="What changed about machines, disks and NICs.",
        key="machine id",
        partitions=3,
        cleanup_policy="delete",
        retention_ms=30 * DAY_MS,
        events=(EnvironmentChanged,),
        producers=("normalizer",),
        consumers=("query-api",),
    ),
    Topic(
        name="groups",
        summary="Groups of machines, latest revision per group.",
        key="group id",
        partitions=3,
        cleanup_policy="compact",
        events=(GroupChanged,),
        producers=("query-api",),
        consumers=(),
    ),
    Topic(
        name="assessment-requests",
        summary="Runs of assessments that are asked for, and those that are no longer wanted.",
        key="assessment id",
        partitions=3,
        cleanup_policy="delete",
        retention_ms=7 * DAY_MS,
        events=(AssessmentRequested, AssessmentCancelRequested),
        producers=("query-api",),
        consumers=("assessor",),
        dead_letter=True,
    ),
    Topic(
        name="assessment-events",
        summary="What happens to runs of assessments.",
        key="assessment id",
        partitions=3,
        cleanup_policy="delete",
        retention_ms=7 * DAY_MS,
        events=(
            AssessmentStarted,
            AssessmentProgressed,
            AssessmentCompleted,
            AssessmentFailed,
            AssessmentCancelled,
        ),
        producers=("assessor",),
        consumers=("query-api",),
        dead_letter=True,
    ),
)

TOPICS: Mapping[str, Topic] = {topic.name: topic for topic in _CATALOGUE}
_TYPES: Mapping[str, Mapping[str, type[Event]]] = {
    topic.name: {model.event_type: model for model in topic.events} for topic in _CATALOGUE
}
_TOPIC_OF: Mapping[type[Event], str] = {model: topic.name for topic in _CATALOGUE for model in topic.events}


def topic_of(model: type[Event]) -> str:
    """The topic that carries an event.

    Raises:
        KeyError: no topic does.
    """
    return _TOPIC_OF[model]


def types_of(topic: Topic) -> Mapping[str, type[Event]]:
    """The events of a topic by their `ce_type`."""
    return _TYPES[topic.name]
