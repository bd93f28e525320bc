"""Surveyor's client: the queries of a poll, rows checked and converted."""

from collections.abc import Sequence

from bench.collector_hyperv.cycles import Read, measure
from bench.collector_hyperv.reading import Host, RecordingClient

from collector_hyperv.adapters.host import CounterReader


def connect(host: Host, _queries: Sequence[tuple[str, str]]) -> Read:
    """Return a reader of one host."""
    client = RecordingClient(host)
    reader = CounterReader(client)

    def read() -> int:
        before = client.instances
        reader.read()
        return client.instances - before

    return read


if __name__ == "__main__":
    measure(connect)
