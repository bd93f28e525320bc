"""A process that is a member of a sharing group and writes down what it begins and ends; run by a test.

Arguments: the broker, the group, the member's name, its items separated by commas, the journal.
"""

import asyncio
import sys
from pathlib import Path

from surveyor_kit.kafka.shares import Shares
from surveyor_kit.lifecycle import run
from surveyor_kit.settings import KafkaSettings

SESSION_TIMEOUT_SECONDS = 6.0


class Journal:
    """Work that consists of a line when it begins and a line when it has ended."""

    def __init__(self, path: Path, member: str) -> None:
        self._path, self._member = path, member

    async def take(self, items: frozenset[str]) -> None:
        self._write("began", items)

    async def give_up(self, items: frozenset[str]) -> None:
        # Work takes a while to end, and nobody may begin it meanwhile.
        await asyncio.sleep(0.3)
        self._write("ended", items)

    def _write(self, what: str, items: frozenset[str]) -> None:
        with self._path.open("a", encoding="utf-8") as file:
            file.write("".join(f"{self._member} {what} {item}\n" for item in sorted(items)))


def main() -> None:
    bootstrap_servers, group, member, items, journal = sys.argv[1:]
    shares = Shares(
        KafkaSettings(bootstrap_servers=bootstrap_servers),
        group=group,
        items=items.split(","),
        client_id=member,
        session_timeout_seconds=SESSION_TIMEOUT_SECONDS,
    )
    worker = Journal(Path(journal), member)
    run(lambda stopping: shares.run(stopping, worker))


if __name__ == "__main__":
    main()
