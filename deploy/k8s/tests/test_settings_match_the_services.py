"""The configuration that a pod finds is one that its service accepts."""

import importlib
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from deploy.k8s.tests.conftest import Chart, Manifest, Rendering

from collector_vmware.settings import CollectorVmwareSettings, load_sources
from portal.settings import PortalSettings
from surveyor_kit.settings import (
    ClickHouseSettings,
    KafkaSettings,
    LogSettings,
    PartSettings,
    StoreSettings,
    TracingSettings,
)

SHARED = {
    s.part.lower(): s
    for s in (KafkaSettings, ClickHouseSettings, StoreSettings, LogSettings, TracingSettings)
}
# What Secrets of the reader's own would hold.
EXAMPLES = {
    "hosts.yaml": "- {source_id: two, host: hyperv.example.com, username: reader, password: example}",
}
LONG_EXAMPLE = "an-example-that-is-long-enough-for-a-key"
SERVICES = ["collector-vmware", "collector-hyperv", "normalizer", "assessor", "query-api", "portal"]


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SURVEYOR_")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize("service", SERVICES)
def test_service_accepts_its_configuration(
    chart: Chart, service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendering = chart.render("full")
    workload = rendering.workload(service)
    sections = enter(rendering, workload, tmp_path, monkeypatch)
    accepted = {section: settings_class(service, section)() for section in sections}

    (container,) = workload["spec"]["template"]["spec"]["containers"]
    (port,) = container["ports"]
    own: Any = accepted[service.replace("-", "_")]
    assert (own.http_host, own.http_port) == ("0.0.0.0", port["containerPort"])


@pytest.mark.parametrize("service", ["normalizer", "assessor", "query-api", "portal"])
def test_service_accepts_its_least_configuration(
    chart: Chart, service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendering = chart.render("minimal")
    sections = enter(rendering, rendering.workload(service), tmp_path, monkeypatch)
    for section in sections:
        settings_class(service, section)()


@pytest.mark.parametrize("profile", ["minimal", "full"])
def test_migration_accepts_its_configuration(
    chart: Chart, profile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendering = chart.render(profile)
    sections = enter(rendering, rendering.component("Job", "migrate"), tmp_path, monkeypatch)
    assert {"kafka", "clickhouse", "log"} <= sections
    for section in sections:
        SHARED[section]()


def test_connections_arrive_as_the_values_say(
    chart: Chart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendering = chart.render("full")
    enter(rendering, rendering.component("Deployment", "assessor"), tmp_path, monkeypatch)
    kafka, clickhouse = KafkaSettings(), ClickHouseSettings()
    assert kafka.sasl_password is not None
    assert kafka.sasl_password.get_secret_value() == 'an example\'s "password"'
    assert kafka.ssl_cafile is not None
    assert kafka.ssl_cafile.exists()
    assert (kafka.security_protocol, kafka.sasl_username) == ("SASL_SSL", "surveyor")
    assert clickhouse.password.get_secret_value() == LONG_EXAMPLE
    assert (clickhouse.database, clickhouse.cluster) == ("estate", "main")


@pytest.mark.parametrize(("kind", "component"), [("Job", "migrate"), ("Deployment", "normalizer")])
def test_what_the_store_keeps_arrives_where_it_counts(
    chart: Chart, kind: str, component: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendering = chart.render("full")
    enter(rendering, rendering.component(kind, component), tmp_path, monkeypatch)
    store = StoreSettings()
    assert (store.raw_samples_days, store.batches_days, store.changes_months) == (14, 20, 13)


def test_sources_in_values_reach_the_collector_with_their_passwords(
    chart: Chart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendering = chart.render("full")
    enter(rendering, rendering.workload("collector-vmware"), tmp_path, monkeypatch)
    (source,) = load_sources(CollectorVmwareSettings().sources_file)
    assert source.source_id == "vcenter-berlin"
    assert source.credentials() == ("surveyor@vsphere.local", "an example password")


@pytest.mark.parametrize(("profile", "secure"), [("minimal", False), ("full", True)])
def test_session_cookie_is_for_https_where_the_ingress_has_tls(
    chart: Chart, profile: str, secure: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendering = chart.render(profile)
    enter(rendering, rendering.component("Deployment", "portal"), tmp_path, monkeypatch)
    assert PortalSettings().secure_cookie is secure


def test_config_of_a_service_wins_over_what_the_chart_decides(
    chart: Chart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendering = chart.render(services__normalizer__config={"http_host": "::", "data_dir": "/elsewhere"})
    enter(rendering, rendering.component("Deployment", "normalizer"), tmp_path, monkeypatch)
    settings: Any = settings_class("normalizer", "normalizer")()
    assert (settings.http_host, str(settings.data_dir)) == ("::", "/elsewhere")


def test_new_configuration_makes_new_pods(chart: Chart) -> None:
    def checksum(**changes: Any) -> str:
        pod = chart.render(**changes).component("Deployment", "assessor")["spec"]["template"]
        value: str = pod["metadata"]["annotations"]["checksum/config"]
        return value

    assert checksum() == checksum(services__portal__replicas=3)
    assert checksum() != checksum(log__level="DEBUG")


def enter(rendering: Rendering, workload: Manifest, root: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Lay out a pod's files under `root` and its environment; return the sections of its configuration."""
    pod = workload["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for mount in container["volumeMounts"]:
        directory = root / mount["mountPath"].lstrip("/")
        directory.mkdir(parents=True)
        for name, content in files_of(rendering, volumes.get(mount["name"], {})).items():
            (directory / name).write_text(under(root, content))
    for entry in container["env"]:
        monkeypatch.setenv(entry["name"], entry.get("value", "the-pods-name"))
    file = root / os.environ["SURVEYOR_CONFIG_FILE"].lstrip("/")
    monkeypatch.setenv("SURVEYOR_CONFIG_FILE", str(file))
    return set(yaml.safe_load(file.read_text()))


def under(root: Path, text: str) -> str:
    for directory in ("/etc/surveyor", "/var/lib/surveyor"):
        text = text.replace(directory, f"{root}{directory}")
    return text


def files_of(rendering: Rendering, volume: Manifest) -> dict[str, str]:
    if "configMap" in volume:
        data: dict[str, str] = rendering.named("ConfigMap", volume["configMap"]["name"])["data"]
        return data
    if "secret" not in volume:
        return {}
    secret = volume["secret"]
    made = {s["metadata"]["name"]: s["stringData"] for s in rendering.of_kind("Secret")}
    content = made.get(secret["secretName"], EXAMPLES)
    keys = [item["key"] for item in secret["items"]] if "items" in secret else list(content)
    return {key: content.get(key, LONG_EXAMPLE) for key in keys}


def settings_class(service: str, section: str) -> type[PartSettings]:
    """Find the settings that read a section: the kit's, or the service's own."""
    if section in SHARED:
        return SHARED[section]
    module = importlib.import_module(f"{service.replace('-', '_')}.settings")
    own = [
        c for c in vars(module).values() if isinstance(c, type) and vars(c).get("part", "") == section.upper()
    ]
    (found,) = own
    assert issubclass(found, PartSettings)
    return found


def test_rules_of_the_owner_are_mounted_and_named(chart: Chart) -> None:
    rules = "switch_off: [BootTypeUnknown]\n"
    rendering = chart.render("minimal", services__assessor__rules=rules)
    (config,) = [one for one in rendering.manifests if "rules.yaml" in one.get("data", {})]
    assert config["data"]["rules.yaml"].strip() == rules.strip()
    settings = yaml.safe_load(config["data"]["surveyor.yaml"])["assessor"]
    assert settings["rules_file"] == "/etc/surveyor/config/rules.yaml"
