"""The simulator's own part of a cycle: Surveyor's queries, their answers read and thrown away."""

import http.client
import os
import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from bench.collector_vmware.installation import INTERVAL_SECONDS, Installation
from bench.processes import MEASURED_CORE
from bench.report import Figures
from pyVmomi import vim, vmodl

from collector_vmware.adapters.query_perf_request import query_perf_request
from collector_vmware.adapters.vsphere_connection import MAX_QUERIES_AT_ONCE
from collector_vmware.adapters.vsphere_session import VsphereSession
from collector_vmware.domain.samples import COUNTERS
from collector_vmware.domain.windows import LOOK_BACK_INTERVALS, MAX_MACHINES_PER_QUERY, Window
from collector_vmware.settings import SourceSettings, TlsSettings

ROUNDS = 5
NOBODY = UUID(int=0)


def run_fetching(parts: Installation) -> Figures:
    """Return the median of some cycles, on the core that the contestants use."""
    session = VsphereSession.login(_source(parts))
    try:
        with _on_core(MEASURED_CORE):
            rounds = [_cycle(session, _bodies(session)) for _ in range(ROUNDS)]
    finally:
        session.logout()
    return {"cycle_seconds": statistics.median(rounds)}


def _cycle(session: VsphereSession, bodies: list[bytes]) -> float:
    began_at = time.monotonic()
    with ThreadPoolExecutor(MAX_QUERIES_AT_ONCE) as threads:
        lanes = [bodies[lane::MAX_QUERIES_AT_ONCE] for lane in range(MAX_QUERIES_AT_ONCE)]
        list(threads.map(lambda lane: _fetch(session, lane), lanes))
    return time.monotonic() - began_at


def _fetch(session: VsphereSession, bodies: list[bytes]) -> None:
    connection = http.client.HTTPSConnection(
        session.source.host, session.source.port, context=session.context
    )
    headers = {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": str(session.stub.versionId),
        "Cookie": session.cookie,
    }
    for body in bodies:
        connection.request("POST", "/sdk", body, headers)
        response = connection.getresponse()
        response.read()
        if response.status != http.client.OK:
            raise RuntimeError(f"a query was answered {response.status}")
    connection.close()


def _bodies(session: VsphereSession) -> list[bytes]:
    """Return the queries of one poll: all machines that are on, the time that a poll looks back over."""
    manager = session.content.perfManager
    ids = {f"{c.groupInfo.key}.{c.nameInfo.key}.{c.rollupType}": int(c.key) for c in manager.perfCounter}
    now = int(session.current_time().timestamp())
    start = now - (LOOK_BACK_INTERVALS + 1) * INTERVAL_SECONDS
    windows = [Window(NOBODY, moref, 0, start, now) for moref in _machines_on(session)]
    counters = [(name, ids[name]) for name in COUNTERS if name in ids]
    return [
        query_perf_request(manager._GetMoId(), batch, counters, INTERVAL_SECONDS)
        for batch in _batches(windows)
    ]


def _batches(windows: list[Window]) -> Iterator[list[Window]]:
    for start in range(0, len(windows), MAX_MACHINES_PER_QUERY):
        yield windows[start : start + MAX_MACHINES_PER_QUERY]


def _machines_on(session: VsphereSession) -> list[str]:
    content = session.content
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    selection = vmodl.query.PropertyCollector.TraversalSpec(
        name="view", path="view", skip=False, type=vim.view.ContainerView
    )
    filtered = vmodl.query.PropertyCollector.FilterSpec(
        objectSet=[vmodl.query.PropertyCollector.ObjectSpec(obj=view, skip=True, selectSet=[selection])],
        propSet=[
            vmodl.query.PropertyCollector.PropertySpec(
                type=vim.VirtualMachine, pathSet=["runtime.powerState"]
            )
        ],
    )
    found: list[Any] = content.propertyCollector.RetrieveContents([filtered])
    return [one.obj._GetMoId() for one in found if one.propSet and one.propSet[0].val == "poweredOn"]


def _source(parts: Installation) -> SourceSettings:
    password = parts.directory / "password"
    password.write_text(parts.vcenter.password)
    return SourceSettings(
        source_id="fetching",
        host="127.0.0.1",
        port=parts.vcenter.port,
        username=parts.vcenter.username,
        password_file=password,
        tls=TlsSettings(ca_file=parts.vcenter.certificate.path),
    )


@contextmanager
def _on_core(core: int) -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
