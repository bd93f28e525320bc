"""`--check`: connect to every host, say what would be collected and what is missing, publish nothing."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collector_hyperv.adapters.wsman.errors import WsmanError
from collector_hyperv.domain.machines import Observer, RightsMissing, observe_machines
from collector_hyperv.domain.rows import InventoryRows
from collector_hyperv.domain.sampling import CounterPoll, HostSampler, Sampled
from collector_hyperv.domain.sites import RUNNING, Machines
from collector_hyperv.follower import MAX_SKEW_SECONDS
from collector_hyperv.ports import CounterReader, InventoryReader
from surveyor_kit.clock import Clock
from surveyor_kit.collecting.findings import Findings
from surveyor_kit.threads import in_daemon_thread

SECONDS_BETWEEN_POLLS = 2.0
"""Rates need two readings; so far apart that even a quiet machine's processors have run."""
_NAMES_SHOWN = 5
FIXES = {
    "unreachable": "look at host and port, whether WinRM listens there, and for a firewall between",
    "login-refused": "correct username or password, or the files that hold them; auth names the method",
    "certificate-refused": "give the authority that signed it as tls.ca_file",
    "access-denied": "put the account into Remote Management Users and Hyper-V Administrators",
}
"""What to change in the source's entry or on the host, by the code of an error."""


@dataclass(frozen=True)
class CheckedHost:
    """One host and how it is read."""

    host: str
    observer: Observer
    inventory: InventoryReader
    counters: CounterReader


async def check_hosts(hosts: Sequence[CheckedHost], clock: Clock) -> list[Findings]:
    """Check all hosts at once, each in a thread of its own."""
    return await asyncio.gather(*(_check(host, clock) for host in hosts))


async def _check(host: CheckedHost, clock: Clock) -> Findings:
    findings = Findings(f"source {host.observer.source_id}: {host.host}")
    try:
        await in_daemon_thread(lambda: _look(host, clock, findings))
    except WsmanError as error:
        findings.add_problem(error.code, str(error), FIXES)
    except RightsMissing as error:
        findings.problems.append(f"rights-missing: {error}")
    finally:
        host.inventory.close()
        host.counters.close()
    return findings


def _look(host: CheckedHost, clock: Clock, findings: Findings) -> None:
    rows = host.inventory.read()
    machines = observe_machines(rows, host.observer, clock.now())
    _tell_inventory(rows, machines, findings)
    sampler = HostSampler(SECONDS_BETWEEN_POLLS)
    sampler.take(host.counters.read(), machines.values())
    time.sleep(SECONDS_BETWEEN_POLLS)
    poll = host.counters.read()
    _tell_counters(poll, sampler.take(poll, machines.values()), machines, findings, clock)


def _tell_inventory(rows: InventoryRows, machines: Machines, findings: Findings) -> None:
    system = next(iter(rows.operating_systems), None)
    product = f"{system.caption} {system.version}" if system else "a host that does not say its version"
    name = rows.cluster.name if rows.cluster else None
    findings.lines.append(f"{product}, node of cluster {name}" if name else product)
    findings.lines.append(
        f"{len(machines)} machines: {_count_running(machines)} running,"
        f" {sum(machine.is_replica for machine in machines.values())} replicas"
    )
    refused = rows.refused_classes()
    if refused:
        findings.problems.append(f"not readable: {', '.join(refused)}")
    if rows.cluster is None:
        findings.problems.append(
            "no right to read root/mscluster: whether the host is in a cluster is unknown"
        )


def _tell_counters(
    poll: CounterPoll, sampled: Sampled | None, machines: Machines, findings: Findings, clock: Clock
) -> None:
    if poll.refused:
        findings.problems.append(f"counter classes not readable: {_named(poll.refused)}")
    capabilities = poll.capabilities()
    missing = sorted(name for name, is_there in capabilities.items() if not is_there)
    findings.lines.append(f"{len(capabilities) - len(missing)} of {len(capabilities)} counters")
    if missing:
        findings.problems.append(f"counters missing: {', '.join(missing)}")
    if sampled is None:
        findings.problems.append("no counter instance, so no clock and no samples")
        return
    _tell_samples(sampled, machines, findings, clock)


def _tell_samples(sampled: Sampled, machines: Machines, findings: Findings, clock: Clock) -> None:
    skew = sampled.poll.sampled_at - int(clock.now().timestamp())
    findings.lines.append(f"its clock is {abs(skew)} s {'ahead' if skew > 0 else 'behind'}")
    if abs(skew) > MAX_SKEW_SECONDS:
        findings.problems.append(f"its clock is {abs(skew)} s wrong, and it stamps the samples")
    with_samples = {readings.machine_id for readings in sampled.poll.machines}
    running = [machine for machine in machines.values() if machine.enabled_state == RUNNING]
    findings.lines.append(
        f"{sampled.poll.value_count()} values of {len(with_samples)} machines; {len(running)} are running"
    )
    silent = sorted(machine.name for machine in running if machine.machine_id not in with_samples)
    if silent:
        findings.problems.append(f"running machines without samples: {_first(silent)}")
    if sampled.unmatched.ambiguous:
        names = _first(sorted(sampled.unmatched.ambiguous))
        findings.problems.append(f"counters that fit several machines are left out: {names}")


def _count_running(machines: Machines) -> int:
    return sum(machine.enabled_state == RUNNING for machine in machines.values())


def _named(refused: Mapping[str, str]) -> str:
    return ", ".join(f"{name} ({code})" for name, code in sorted(refused.items()))


def _first(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMES_SHOWN])
    return shown if len(names) <= _NAMES_SHOWN else f"{shown} and {len(names) - _NAMES_SHOWN} more"
