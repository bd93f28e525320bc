"""The plan as Kafka's group protocol carries it: in the free bytes of joining and of assignments."""

from collections.abc import Callable, Iterable, Mapping

from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.assignors.abstract import AbstractPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata
from pydantic import BaseModel

from surveyor_kit.kafka.shares.plan import Claim, plan

_PROTOCOL_VERSION = 0


class _ClaimBytes(BaseModel):
    able: list[str]
    holds: list[str]
    epoch: int


class Assignment(BaseModel):
    """What a member is told: the plan's epoch, and the items that are its own."""

    epoch: int
    items: frozenset[str]


class ShareAssignor(AbstractPartitionAssignor):  # type: ignore[misc]  # aiokafka is untyped
    """Assigns items and no partitions; an instance belongs to one consumer.

    Args:
        claim: Asked whenever the member joins.
        on_assigned: Told what the group's leader has decided.
    """

    name = "surveyor-shares-v1"

    def __init__(self, claim: Callable[[], Claim], on_assigned: Callable[[Assignment], None]) -> None:
        self._claim = claim
        self._on_assigned = on_assigned

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        """Return what this member says when it joins."""
        claim = self._claim()
        said = _ClaimBytes(able=sorted(claim.able), holds=sorted(claim.holds), epoch=claim.epoch)
        return ConsumerProtocolMemberMetadata(
            _PROTOCOL_VERSION, sorted(topics), said.model_dump_json().encode()
        )

    def assign(
        self, _cluster: ClusterMetadata, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        """Return what every member is told; asked of the group's leader only."""
        claims = {member: _claim_of(metadata.user_data) for member, metadata in members.items()}
        epoch = max(claim.epoch for claim in claims.values()) + 1
        return {
            member: ConsumerProtocolMemberAssignment(
                _PROTOCOL_VERSION, [], Assignment(epoch=epoch, items=items).model_dump_json().encode()
            )
            for member, items in plan(claims).items()
        }

    def on_assignment(self, assignment: ConsumerProtocolMemberAssignment) -> None:
        """Hand on what the leader has decided."""
        self._on_assigned(Assignment.model_validate_json(assignment.user_data))


def _claim_of(user_data: bytes) -> Claim:
    said = _ClaimBytes.model_validate_json(user_data)
    return Claim(able=frozenset(said.able), holds=frozenset(said.holds), epoch=said.epoch)
