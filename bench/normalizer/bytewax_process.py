"""Runs inside Bytewax' environment: its Kafka source, and a sink that stores many messages at once."""

import os
from typing import Any

import bytewax.operators as op
from bench.normalizer.same_work import MESSAGES_AT_ONCE, TOPIC, SameWork
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.testing import run_main


class StorePartition(StatelessSinkPartition[Any]):  # type: ignore[misc]  # its environment is another one
    """Stores each batch that the source read."""

    def __init__(self, work: SameWork) -> None:
        self._work = work

    def write_batch(self, items: list[Any]) -> None:
        """Store messages."""
        self._work.store([(each.headers, each.value) for each in items])
        if self._work.is_done():
            self._work.report()
            os._exit(0)


class Store(DynamicSink[Any]):  # type: ignore[misc]  # its environment is another one
    """One partition in the one worker."""

    def __init__(self, work: SameWork) -> None:
        self._work = work

    def build(self, _step_id: str, _worker_index: int, _worker_count: int) -> StorePartition:
        """Give the worker its partition."""
        return StorePartition(self._work)


def main() -> None:
    """Read the topic until everything is stored."""
    work = SameWork()
    flow = Dataflow("samples")
    source = KafkaSource([work.bootstrap_servers], [TOPIC], tail=True, batch_size=MESSAGES_AT_ONCE)
    op.output("store", op.input("messages", flow, source), Store(work))
    run_main(flow)


if __name__ == "__main__":
    main()
