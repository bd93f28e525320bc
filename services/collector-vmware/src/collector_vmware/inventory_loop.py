"""Follow the inventory of one connection and publish what really changed."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from collector_vmware import metrics
from collector_vmware.domain.inventory_objects import VIRTUAL_MACHINE, UpdateSet
from collector_vmware.domain.inventory_tree import InventoryObject, InventoryTree
from collector_vmware.domain.known_machines import KnownMachines
from collector_vmware.domain.machine_facts import machine_id_of
from collector_vmware.domain.reconcile import Observer, changes, differences
from collector_vmware.domain.samples import SampleTarget, metric_count
from collector_vmware.errors import AnswerUnreadable, SourceError
from collector_vmware.ports import InventoryFeed, SourceConnection
from collector_vmware.source_status import SourceBoard
from surveyor_kit.clock import Clock
from surveyor_kit.kafka import Publisher
from surveyor_kit.logging import get_logger
from surveyor_schemas.discovery.observation import Observation

log = get_logger(__name__)

EVENTS_AT_ONCE = 500
NAMES_SHOWN = 5


@dataclass
class InventoryLoop:
    """One source's inventory; `targets` are the machines that performance is asked for."""

    source_id: str
    collector_id: str
    known: KnownMachines
    publisher: Publisher
    board: SourceBoard
    clock: Clock
    full_read_interval_seconds: float
    targets: tuple[SampleTarget, ...] = ()
    read_once: asyncio.Event = field(default_factory=asyncio.Event)

    async def follow(self, connection: SourceConnection) -> None:
        """Read everything, follow updates, and read everything again now and then, until cancelled.

        Raises:
            SourceError: The connection broke or the session ended.
        """
        observer = Observer(self.source_id, self.collector_id, connection.facts)
        while True:
            feed = await connection.open_inventory()
            try:
                tree = await self._read_all(feed, observer)
                await self._follow_updates(feed, tree, observer)
            finally:
                await feed.close()

    async def _read_all(self, feed: InventoryFeed, observer: Observer) -> InventoryTree:
        """Take in the complete state and publish how it differs from what was published."""
        tree = InventoryTree()
        unreadable: set[str] = set()
        truncated = True
        while truncated:
            updates = await feed.next()
            if updates is None:
                continue
            tree.apply(updates.updates)
            unreadable |= updates.unreadable
            truncated = updates.truncated
        now = self.clock.now()
        due = await asyncio.to_thread(differences, tree, self.known, observer, now)
        await self._publish(due.events)
        self._note_machines(tree, observer, complete=True)
        self._report(unreadable, due.undescribed)
        return tree

    async def _follow_updates(self, feed: InventoryFeed, tree: InventoryTree, observer: Observer) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + self.full_read_interval_seconds
        while loop.time() < until:
            updates = await feed.next()
            if updates is not None:
                await self._take(updates, tree, observer)

    async def _take(self, updates: UpdateSet, tree: InventoryTree, observer: Observer) -> None:
        touched = tree.apply(updates.updates)
        now = self.clock.now()
        due = await asyncio.to_thread(changes, tree, self.known, observer, touched, now)
        await self._publish(due.events)
        self._report_undescribed(due.undescribed)
        if any(update.kind == VIRTUAL_MACHINE for update in updates.updates):
            self._note_machines(tree, observer, complete=False)

    async def _publish(self, events: list[Observation]) -> None:
        """Publish, and only then note as published: what is interrupted here is found again."""
        for start in range(0, len(events), EVENTS_AT_ONCE):
            part = events[start : start + EVENTS_AT_ONCE]
            await self.publisher.publish_many(part)
            self.known.confirm(part)
            metrics.OBSERVATIONS_PUBLISHED.labels(self.source_id).inc(len(part))
        if events:
            log.info("machines_published", source=self.source_id, count=len(events))

    def _note_machines(self, tree: InventoryTree, observer: Observer, *, complete: bool) -> None:
        machines = list(tree.machines())
        powered_on = sum(_is_powered_on(machine) for machine in machines)
        self.targets = tuple(_targets(machines, observer))
        self.read_once.set()
        if complete:
            self.board.inventory_read(len(machines), powered_on)
        else:
            self.board.counted(len(machines), powered_on)

    def _report(self, unreadable_paths: set[str], undescribed: frozenset[str]) -> None:
        """Say after a complete read what it could not show; if that was nothing, all is well again."""
        if not unreadable_paths and not undescribed:
            self.board.settled("inventory")
        if unreadable_paths:
            named = _some(unreadable_paths)
            error = SourceError("properties-unreadable", f"the account may not read {named} everywhere")
            self.board.doubted("inventory", error)
        self._report_undescribed(undescribed)

    def _report_undescribed(self, morefs: frozenset[str]) -> None:
        if morefs:
            error = AnswerUnreadable(f"{len(morefs)} machines cannot be described: {_some(morefs)}")
            self.board.doubted("inventory", error)


def _some(names: Iterable[str]) -> str:
    every = sorted(names)
    return ", ".join(every[:NAMES_SHOWN]) + (", …" if len(every) > NAMES_SHOWN else "")


def _targets(machines: list[InventoryObject], observer: Observer) -> Iterator[SampleTarget]:
    """Return what can have samples: every machine that can be identified and is no template."""
    for machine in machines:
        machine_id = machine_id_of(machine, observer.source)
        if machine_id is None or machine.properties.get("config.template"):
            continue
        devices = machine.properties.get("config.hardware.device") or []
        disks = sum(device["_type"] == "VirtualDisk" for device in devices)
        nics = sum("macAddress" in device for device in devices)
        yield SampleTarget(machine_id, machine.moref, metric_count(disks, nics), _is_powered_on(machine))


def _is_powered_on(machine: InventoryObject) -> bool:
    return bool(machine.properties.get("runtime.powerState") == "poweredOn")
