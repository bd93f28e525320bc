"""One reading of the counters of all hosts, by either client, in a process of its own."""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass

from bench.collector_hyperv.installation import MEASURED_CORE, Installation
from bench.processes import pin
from bench.report import Figures
from pydantic import SecretStr

from collector_hyperv.adapters.host import CounterReader
from collector_hyperv.adapters.wsman.client import WsmanClient
from collector_hyperv.adapters.wsman.connection import Login, WinrmConnection
from collector_hyperv.adapters.wsman.envelopes import RequestOptions
from collector_hyperv.adapters.wsman.parse import Schema, Values

THREADS = 16
CYCLES = 3


@dataclass(frozen=True)
class Host:
    """Where a host is and who asks."""

    address: str
    port: int
    username: str
    password: str

    @property
    def login(self) -> Login:
        """How Surveyor's client logs in."""
        endpoint = f"http://{self.address}:{self.port}/wsman"
        password = SecretStr(self.password)
        return Login(endpoint=endpoint, method="ntlm", credentials=lambda: (self.username, password))


class RecordingClient(WsmanClient):
    """Notes the queries that are asked."""

    def __init__(self, host: Host) -> None:
        super().__init__(WinrmConnection(host.login), RequestOptions(host.login.endpoint))
        self.queries: list[tuple[str, str]] = []
        self.instances = 0

    def query(self, namespace: str, wql: str, schema: Schema) -> list[Values]:
        self.queries.append((namespace, wql))
        found = super().query(namespace, wql, schema)
        self.instances += len(found)
        return found


def run_reading(parts: Installation, client: str) -> Figures:
    """Read all hosts a few times and return the figures of one time; logins and a first time are apart."""
    hosts = [Host(host.host, host.port, host.username, host.password) for host in parts.hosts]
    recording = RecordingClient(hosts[0])
    CounterReader(recording).read()
    recording.close()
    work = {
        "hosts": [asdict(host) for host in hosts],
        "queries": recording.queries,
        "threads": THREADS,
        "cycles": CYCLES,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", f"bench.collector_hyperv.{client}_reading"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    pin(process.pid, MEASURED_CORE)
    out, _ = process.communicate(json.dumps(work))
    if process.returncode:
        raise RuntimeError(f"reading by {client} ended with {process.returncode}")
    used = json.loads(out)
    if used["instances"] < len(hosts) * recording.instances * CYCLES * 0.9:
        raise RuntimeError(f"{client} read {used['instances']} instances: too few")
    return {
        "instances_per_cpu_second": used["instances"] / used["cpu_seconds"],
        "reading_cpu_seconds": used["cpu_seconds"] / CYCLES,
        "reading_seconds": used["seconds"] / CYCLES,
    }
