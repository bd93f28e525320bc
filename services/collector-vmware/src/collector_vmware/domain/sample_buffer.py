"""Samples taken but not yet published."""

from uuid import UUID

from collector_vmware.domain.samples import Samples

BYTES_PER_VALUE = 40
"""A Python number and its place in a list, about."""


class SampleBuffer:
    """Holds samples per machine until they are published, and knows when it is full.

    Args:
        limit_bytes: Above this the buffer is full: the source is then not asked for more, since it
            keeps what is not asked for.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._chunks: dict[UUID, list[Samples]] = {}
        self.value_count = 0

    def add(self, machine_id: UUID, samples: Samples) -> None:
        """Take in samples of one machine."""
        self._chunks.setdefault(machine_id, []).append(samples)
        self.value_count += len(samples.keys) * len(samples.rows)

    def drain(self) -> dict[UUID, list[Samples]]:
        """Return everything, in the order of taking per machine, and be empty."""
        chunks, self._chunks, self.value_count = self._chunks, {}, 0
        return chunks

    @property
    def is_full(self) -> bool:
        """Whether no more should be taken in."""
        return self.value_count * BYTES_PER_VALUE >= self._limit_bytes

    @property
    def is_half_full(self) -> bool:
        """Whether what can wait should wait."""
        return self.value_count * BYTES_PER_VALUE * 2 >= self._limit_bytes
