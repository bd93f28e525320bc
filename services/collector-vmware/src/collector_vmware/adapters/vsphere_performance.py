"""Real-time samples by `QueryPerf`, over HTTP connections that share the session's cookie."""

import http.client
from collections.abc import Sequence
from typing import Any

from pyVmomi import vim, vmodl

from collector_vmware.adapters.plain_answer import PlainAnswers
from collector_vmware.adapters.query_perf_answer import QueryPerfAnswer
from collector_vmware.adapters.query_perf_request import query_perf_request
from collector_vmware.adapters.soap_channel import SoapChannel, UnexpectedStatus
from collector_vmware.adapters.vsphere_errors import translated
from collector_vmware.adapters.vsphere_session import VsphereSession
from collector_vmware.domain.samples import COUNTERS, Samples
from collector_vmware.domain.windows import Window
from collector_vmware.errors import QueryRefused
from collector_vmware.ports import Capabilities

QUERY_TIMEOUT_SECONDS = 60
REALTIME_INTERVAL_SECONDS = 20
LIMIT_OPTION = "config.vpxd.stats.maxQueryMetrics"
UNREADABLE_LIMIT = 256
UNREADABLE_LIMIT_UP_TO_6_0 = 64
"""Defaults of a vCenter. Source: VMware, KB 2107096."""


class VspherePerformance:
    """Asks for samples; its calls block, and threads may share it."""

    def __init__(self, session: VsphereSession) -> None:
        self._session = session
        self._manager = session.content.perfManager
        self._channel = SoapChannel(session, QUERY_TIMEOUT_SECONDS)
        with translated(session.source.address):
            self._counter_ids = _counter_ids(self._manager)
            self.capabilities = Capabilities(
                counters={name: name in self._counter_ids for name in COUNTERS},
                interval_seconds=_interval_seconds(session, self._manager),
                max_metrics_per_query=_max_metrics(session),
            )
        self._names = {counter_id: name for name, counter_id in self._counter_ids.items()}
        self._plain = PlainAnswers(self._names)

    def query(self, windows: Sequence[Window]) -> dict[str, Samples]:
        """Return samples by inventory id.

        Raises:
            QueryRefused: This query failed; a smaller one may work.
            SourceError: The connection broke or the session ended.
        """
        body = query_perf_request(
            self._manager._GetMoId(),
            windows,
            self._counter_ids.items(),
            self.capabilities.interval_seconds,
        )
        with translated(self._session.source.address):
            content = self._exchange(body)
            plain = self._plain.read(content)
            return plain if plain is not None else self._parsed(content)

    def close(self) -> None:
        """Close idle connections."""
        self._channel.close()

    def _exchange(self, body: bytes) -> bytes:
        try:
            with self._channel.ask(body) as content:
                return content.read()
        except UnexpectedStatus as unexpected:
            raise QueryRefused("query-http-error", f"a performance query was answered {unexpected}") from None
        except http.client.IncompleteRead:
            raise QueryRefused("query-cut", "the answer to a performance query was cut off") from None

    def _parsed(self, content: bytes) -> dict[str, Samples]:
        answer = QueryPerfAnswer(self._names)
        answer.feed(content, final=True)
        return answer.result()


def _counter_ids(manager: Any) -> dict[str, int]:
    found = {
        f"{counter.groupInfo.key}.{counter.nameInfo.key}.{counter.rollupType}": int(counter.key)
        for counter in manager.perfCounter
    }
    return {name: found[name] for name in COUNTERS if name in found}


def _interval_seconds(session: VsphereSession, manager: Any) -> int:
    """Ask a host for its real-time interval; all hosts of a source share it."""
    content = session.content
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.HostSystem], True)
    try:
        hosts = list(view.view)
        summary = manager.QueryPerfProviderSummary(hosts[0]) if hosts else None
    except vmodl.MethodFault:
        summary = None
    finally:
        view.Destroy()
    return int((summary and summary.refreshRate) or REALTIME_INTERVAL_SECONDS)


def _max_metrics(session: VsphereSession) -> int | None:
    """Return the administrator's limit; -1 there means none, and a lone ESXi host has none."""
    if session.facts.kind == "esxi":
        return None
    try:
        options = session.content.setting.QueryOptions(LIMIT_OPTION)
        limit = int(options[0].value)
    except (vmodl.MethodFault, IndexError, ValueError):
        return _default_limit(str(session.content.about.version))
    return limit if limit > 0 else None


def _default_limit(version: str) -> int:
    major, _, rest = version.partition(".")
    minor = rest.partition(".")[0]
    old = (int(major), int(minor or 0)) <= (6, 0)
    return UNREADABLE_LIMIT_UP_TO_6_0 if old else UNREADABLE_LIMIT
