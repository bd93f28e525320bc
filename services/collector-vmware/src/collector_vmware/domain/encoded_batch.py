"""A batch as a message: its machines are JSON already, and only the rest is written here."""

from datetime import datetime
from uuid import UUID

from collector_vmware.domain.batches import SampleBatch
from surveyor_schemas.codec import EncodedEvent, encode_as
from surveyor_schemas.performance.performance_sampled_v1 import PerformanceSampled


def encoded_batch(
    batch: SampleBatch,
    *,
    source_id: str,
    collector_id: str,
    run_id: UUID,
    batch_no: int,
    collected_at: datetime,
) -> EncodedEvent:
    """Return a batch as the message of a `PerformanceSampled`.

    The contract's own model would take longer for its objects and numbers than all else that is done with
    them from the source to the broker; a test holds what is written here to it.
    """
    event = PerformanceSampled.model_construct(
        source_id=source_id,
        source_kind="vmware",
        collector_id=collector_id,
        run_id=run_id,
        batch_no=batch_no,
        collected_at=collected_at,
        generated=False,
        machines=[],
    )
    head = event.model_dump_json(exclude={"machines"}).removesuffix("}").encode()
    return encode_as(event, b'%b,"machines":%b}' % (head, batch.machines))
