"""Runs inside Quix Streams' environment: its application with a sink that stores many messages at once."""

import os
from typing import Any

from bench.normalizer.same_work import MESSAGES_AT_ONCE, TOPIC, Message, SameWork
from quixstreams import Application
from quixstreams.sinks import BaseSink


class Store(BaseSink):  # type: ignore[misc]  # its environment is another one
    """Gathers messages of all partitions; Quix flushes before it commits."""

    def __init__(self, work: SameWork) -> None:
        super().__init__()
        self._work = work
        self._messages: list[Message] = []

    def setup(self) -> None:
        """Nothing: the client is connected already."""

    def add(self, value: Any, headers: Any, **_: Any) -> None:
        """Take over one message."""
        self._messages.append((headers, value))

    def flush(self) -> None:
        """Store what is gathered."""
        self._work.store(self._messages)
        self._messages = []
        if self._work.is_done():
            self._work.report()
            os._exit(0)


def main() -> None:
    """Read the topic until everything is stored."""
    work = SameWork()
    application = Application(
        work.bootstrap_servers,
        consumer_group=work.group,
        auto_offset_reset="earliest",
        commit_every=MESSAGES_AT_ONCE,
        commit_interval=0.5,
        loglevel="WARNING",
        auto_create_topics=False,
        use_changelog_topics=False,
    )
    messages = application.dataframe(application.topic(TOPIC, value_deserializer="bytes"))
    messages.sink(Store(work))
    application.run()


if __name__ == "__main__":
    main()
