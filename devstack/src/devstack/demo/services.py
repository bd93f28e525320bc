"""The services as the demo runs them: the same processes as in production, each with its environment."""

import json
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from devstack.ports import free_port
from devstack.supervise import Process

DATABASE = "surveyor"
VCENTER_SOURCE = "demo-vcenter"
HYPERV_SOURCE = "demo-hyperv"
_PUBLISH_SECONDS = 20
_INVENTORY_SECONDS = 5
_HEARTBEAT_SECONDS = 5

Endpoint = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the local parts are, as `devstack.parts` names them; no Hyper-V host beside a real vCenter."""

    kafka: Endpoint
    clickhouse: Endpoint
    vcenter: Endpoint
    hyperv: Endpoint | None


class DemoServices:
    """Files, ports and processes of all services of one demo."""

    def __init__(self, directory: Path, parts: Parts) -> None:
        self._directory = directory
        self._parts = parts
        self._ports: dict[str, int] = {}
        self.api_key = secrets.token_urlsafe(32)
        directory.mkdir(parents=True, exist_ok=True)

    @property
    def api_url(self) -> str:
        return self._url("query-api")

    @property
    def portal_url(self) -> str:
        return self._url("portal")

    @property
    def environment(self) -> dict[str, str]:
        """What every process needs to reach broker and store."""
        store = self._parts.clickhouse
        return {
            "SURVEYOR_KAFKA__BOOTSTRAP_SERVERS": self._parts.kafka["bootstrap_servers"],
            "SURVEYOR_CLICKHOUSE__URL": store["url"],
            "SURVEYOR_CLICKHOUSE__DATABASE": DATABASE,
            "SURVEYOR_CLICKHOUSE__USERNAME": store["username"],
            "SURVEYOR_CLICKHOUSE__PASSWORD_FILE": self._secret("clickhouse-password", store["password"]),
        }

    def processes(self) -> list[Process]:
        """All services; those that read what others prepare start after them."""
        services = [
            self._service("normalizer", {"DATA_DIR": str(self._directory / "normalizer")}),
            self._service("assessor", {}),
            self._query_api(),
            self._portal(),
            self._collector_vmware(),
        ]
        if self._parts.hyperv is not None:
            services.append(self._collector_hyperv(self._parts.hyperv))
        return services

    def endpoints(self) -> dict[str, Endpoint]:
        """Health and metrics of each service, and how to use API and portal."""
        addresses: dict[str, Endpoint] = {name: {"url": self._url(name)} for name in self._ports}
        addresses["api"] = {"url": self.api_url, "api_key": self.api_key}
        addresses["portal"] = {"url": self.portal_url, "api_key": self.api_key}
        return addresses

    def _query_api(self) -> Process:
        database = self._directory / "control.db"
        return self._service(
            "query-api",
            {
                "DATABASE_URL": f"sqlite:///{database}",
                "BOOTSTRAP_KEY_FILE": self._secret("api-key", self.api_key),
            },
        )

    def _portal(self) -> Process:
        secret = self._secret("portal-session-secret", secrets.token_urlsafe(48))
        return self._service("portal", {"API_URL": self.api_url, "SESSION_SECRET_FILE": secret})

    def _collector_vmware(self) -> Process:
        address = urlsplit(self._parts.vcenter["url"])
        tls: dict[str, object] = {}
        if self._parts.vcenter.get("insecure"):
            tls = {"verify": False}
        elif ca_file := self._parts.vcenter.get("ca_file"):
            tls = {"ca_file": ca_file}
        source = {
            "source_id": VCENTER_SOURCE,
            "host": address.hostname,
            "port": address.port or 443,
            "username": self._parts.vcenter["username"],
            "password_file": self._secret("vcenter-password", self._parts.vcenter["password"]),
            "tls": tls,
        }
        return self._collector("collector-vmware", source, {})

    def _collector_hyperv(self, endpoint: Endpoint) -> Process:
        address = urlsplit(endpoint["url"])
        source = {
            "source_id": HYPERV_SOURCE,
            "site": "demo",
            "host": address.hostname,
            "port": address.port,
            "transport": address.scheme,
            "auth": "ntlm",
            "username": endpoint["username"],
            "password_file": self._secret("hyperv-password", endpoint["password"]),
        }
        return self._collector(
            "collector-hyperv",
            source,
            {
                "POLL_INTERVAL_SECONDS": "10",
                "INVENTORY_INTERVAL_SECONDS": str(_INVENTORY_SECONDS),
            },
        )

    def _collector(self, name: str, source: Mapping[str, object], settings: Mapping[str, str]) -> Process:
        sources = self._directory / f"{name}-sources.yaml"
        sources.write_text(json.dumps([source], indent=2))
        common = {
            "COLLECTOR_ID": f"demo-{name}",
            "SOURCES_FILE": str(sources),
            "SPOOL_DIR": str(self._directory / "spool" / name),
            "PUBLISH_INTERVAL_SECONDS": str(_PUBLISH_SECONDS),
            "HEARTBEAT_INTERVAL_SECONDS": str(_HEARTBEAT_SECONDS),
        }
        return self._service(name, common | dict(settings))

    def _service(self, name: str, settings: Mapping[str, str]) -> Process:
        prefix = f"SURVEYOR_{name.replace('-', '_').upper()}__"
        own = {"HTTP_PORT": str(self._port(name))} | dict(settings)
        return Process(
            name,
            [sys.executable, "-m", name.replace("-", "_")],
            ready=lambda: _is_ready(self._url(name)),
            environment=self.environment | {prefix + key: value for key, value in own.items()},
            directory=self._directory,
            stage=1 if name == "portal" else 0,
            restart=True,
            start_timeout_seconds=300,  # one that ends is seen at once; this is for a machine that is busy
        )

    def _url(self, name: str) -> str:
        return f"http://127.0.0.1:{self._port(name)}"

    def _port(self, name: str) -> int:
        return self._ports.setdefault(name, free_port())

    def _secret(self, name: str, value: str) -> str:
        path = self._directory / name
        path.touch(mode=0o600)
        path.write_text(value)
        return str(path)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=2, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
