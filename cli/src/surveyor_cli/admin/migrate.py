"""`surveyor migrate`: the topics and tables that this release needs."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Annotated, Literal

import typer

from surveyor_cli.admin.connections import TIMEOUT_SECONDS, TimeoutSeconds, patiently
from surveyor_cli.exits import notes, outside_errors_explained
from surveyor_cli.logs import configure_command_logging
from surveyor_cli.output import AsJson, print_json, print_table
from surveyor_kit.clickhouse import ClickHouse
from surveyor_kit.kafka import TopicAdmin
from surveyor_kit.migrations import migrate as migrate_tables
from surveyor_kit.migrations import pending
from surveyor_kit.retention import apply_ttls, planned_ttls
from surveyor_kit.settings import ClickHouseSettings, KafkaSettings, StoreSettings, load_settings
from surveyor_schemas.topics import TOPICS


@dataclass(frozen=True, slots=True)
class Change:
    """What was done or, in a dry run, would be."""

    kind: Literal["topic", "tables", "retention"]
    name: str
    action: Literal["created", "altered", "differs", "migrated"]
    """`differs`: another number of partitions, which is left alone."""
    detail: str


def migrate(
    topics: Annotated[bool, typer.Option("--topics", help="Only the broker's topics.")] = False,
    tables: Annotated[bool, typer.Option("--tables", help="Only the store's tables.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done; do nothing.")] = False,
    timeout_seconds: TimeoutSeconds = TIMEOUT_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Create and update topics, dead-letter topics and tables. Repeating it changes nothing.

    Needs SURVEYOR_KAFKA__… and SURVEYOR_CLICKHOUSE__…, as the services do. Run one at a time. Tables keep
    their rows for as long as SURVEYOR_STORE__… says.
    """
    both = topics == tables
    kafka = load_settings(KafkaSettings) if topics or both else None
    clickhouse = load_settings(ClickHouseSettings) if tables or both else None
    keep = load_settings(StoreSettings) if tables or both else None
    configure_command_logging()

    async def run() -> list[Change]:
        changes: list[Change] = []
        if kafka is not None:
            changes += await patiently(lambda: _migrate_topics(kafka, dry_run), "broker", timeout_seconds)
        if clickhouse is not None and keep is not None:
            changes += await patiently(
                lambda: _migrate_tables(clickhouse, keep, dry_run), "store", timeout_seconds
            )
        return changes

    with outside_errors_explained():
        changes = asyncio.run(run())
    _report(changes, dry_run, as_json)


async def _migrate_topics(settings: KafkaSettings, dry_run: bool) -> list[Change]:
    async with TopicAdmin(settings) as admin:
        changes = await (admin.plan(TOPICS) if dry_run else admin.ensure(TOPICS))
    return [Change("topic", change.topic, change.action, change.detail) for change in changes]


async def _migrate_tables(settings: ClickHouseSettings, keep: StoreSettings, dry_run: bool) -> list[Change]:
    async with ClickHouse(settings) as store:
        steps = await (pending(store) if dry_run else migrate_tables(store))
        ttls = await (planned_ttls(store, keep) if dry_run else apply_ttls(store, keep))
    where = f"database {settings.database}"
    migrated = [Change("tables", f"{step.version:04} {step.name}", "migrated", where) for step in steps]
    return migrated + [
        Change("retention", ttl.table, "altered", f"{ttl.before or 'for ever'} -> {ttl.after}")
        for ttl in ttls
    ]


def _report(changes: Sequence[Change], dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json({"dry_run": dry_run, "changes": [asdict(change) for change in changes]})
    elif changes:
        print_table(["what", "name", "action", "detail"], [astuple(change) for change in changes])
    if not changes:
        notes.print("Nothing to do: topics and tables are as this release needs them.", markup=False)
    elif dry_run:
        notes.print("Nothing was done: this was a dry run.")
