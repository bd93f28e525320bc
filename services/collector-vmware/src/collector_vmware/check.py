"""`--check`: connect to every source, say what would be collected and what is missing, publish nothing."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from collector_vmware.domain.inventory_objects import SourceFacts
from collector_vmware.domain.inventory_tree import InventoryTree
from collector_vmware.domain.machine_facts import machine_id_of
from collector_vmware.domain.windows import MAX_MACHINES_PER_QUERY, Window, query_batches
from collector_vmware.errors import SourceError
from collector_vmware.ports import SourceConnection, SourceConnector
from surveyor_kit.clock import Clock
from surveyor_kit.collecting.findings import Findings

SAMPLE_SECONDS = 300
_ASSUMED_METRICS = 20
"""Series per machine, for the one query that is tried."""

FIXES = {
    "unreachable": "look at host and port, and for a firewall between",
    "login-refused": "correct username or password, or the files that hold them",
    "certificate-refused": "give the authority that signed it as tls.ca_file, or tls.thumbprint",
}
"""What to change in the source's entry, by the code of an error."""


async def check_sources(connectors: dict[str, SourceConnector], clock: Clock) -> list[Findings]:
    """Check all sources at once."""
    return await asyncio.gather(*(_check(name, connector, clock) for name, connector in connectors.items()))


async def _check(source_id: str, connector: SourceConnector, clock: Clock) -> Findings:
    findings = Findings(f"source {source_id}")
    try:
        async with await connector.connect() as connection:
            await _look(connection, findings, clock)
    except SourceError as error:
        findings.add_problem(error.code, error.message, FIXES)
    return findings


async def _look(connection: SourceConnection, findings: Findings, clock: Clock) -> None:
    facts = connection.facts
    findings.lines.append(f"{facts.kind} {facts.name}: {facts.product}")
    skew = (await connection.current_time() - clock.now()).total_seconds()
    findings.lines.append(f"its clock is {abs(skew):.1f} s {'ahead' if skew > 0 else 'behind'}")
    tree = await _inventory(connection, findings)
    _count(tree, facts, findings)
    await _try_samples(connection, tree, findings)


async def _inventory(connection: SourceConnection, findings: Findings) -> InventoryTree:
    feed = await connection.open_inventory()
    tree = InventoryTree()
    unreadable: set[str] = set()
    more = True
    try:
        while more:
            if updates := await feed.next():
                tree.apply(updates.updates)
                unreadable |= updates.unreadable
                more = updates.truncated
    finally:
        await feed.close()
    if unreadable:
        findings.problems.append(f"no right to read {', '.join(sorted(unreadable))} everywhere")
    return tree


def _count(tree: InventoryTree, facts: SourceFacts, findings: Findings) -> None:
    machines = list(tree.machines())
    hidden = sum(machine_id_of(machine, facts) is None for machine in machines)
    templates = sum(bool(machine.properties.get("config.template")) for machine in machines)
    running = len(_running(tree))
    findings.lines.append(f"{len(machines)} machines: {running} powered on, {templates} templates")
    if hidden:
        findings.problems.append(f"{hidden} machines do not show their configuration and are left out")
    if not machines:
        findings.problems.append("no machine is visible to the account")


async def _try_samples(connection: SourceConnection, tree: InventoryTree, findings: Findings) -> None:
    capabilities = await connection.capabilities()
    limit = capabilities.max_metrics_per_query
    findings.lines.append(
        f"samples every {capabilities.interval_seconds} s;"
        f" {'no limit of metrics' if limit is None else f'at most {limit} metrics'} a query"
    )
    missing = [name for name, there in capabilities.counters.items() if not there]
    if missing:
        findings.problems.append(f"counters missing: {', '.join(missing)}")
    now = int((await connection.current_time()).timestamp())
    windows = [
        Window(UUID(int=0), moref, _ASSUMED_METRICS, now - SAMPLE_SECONDS, now) for moref in _running(tree)
    ]
    batch = next(query_batches(windows, MAX_MACHINES_PER_QUERY, limit), [])
    if batch:
        answered = await connection.query(batch)
        findings.lines.append(
            f"samples of the last five minutes: {len(answered)} of {len(batch)} machines tried"
        )
        if not answered:
            findings.problems.append("no machine has samples")


def _running(tree: InventoryTree) -> Sequence[str]:
    return [m.moref for m in tree.machines() if m.properties.get("runtime.powerState") == "poweredOn"]
