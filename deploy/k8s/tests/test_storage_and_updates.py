"""What is kept, where, and how a new version replaces the old one."""

from typing import Any

import pytest
from deploy.k8s.tests.conftest import Chart, Rendering

POSTGRESQL = {"value": "postgresql://surveyor:example@postgres/surveyor"}


def test_spools_and_control_database_lie_on_volumes_that_outlive_the_release(chart: Chart) -> None:
    rendering = chart.render(
        "full", services__query_api__databaseUrl__value="", services__query_api__replicas=1
    )
    assert data_volume(rendering, "collector-hyperv", "StatefulSet") == claim("hyperv-spool")
    assert data_volume(rendering, "query-api") == claim("estate-query-api")
    claims = rendering.of_kind("PersistentVolumeClaim")
    assert [c["metadata"]["name"] for c in claims] == ["estate-query-api"]
    assert all(c["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep" for c in claims)


def test_with_postgresql_the_api_needs_no_volume_and_is_replaced_one_by_one(chart: Chart) -> None:
    rendering = chart.render(services__query_api__databaseUrl=POSTGRESQL, services__query_api__replicas=3)
    assert data_volume(rendering, "query-api") == {"emptyDir": {}}
    assert strategy(rendering, "query-api") == "RollingUpdate"


def test_each_replica_of_a_collector_has_a_name_and_a_volume_of_its_own(chart: Chart) -> None:
    collector = chart.render("full").component("StatefulSet", "collector-vmware")
    (template,) = collector["spec"]["volumeClaimTemplates"]
    pod = collector["spec"]["template"]["spec"]
    assert collector["spec"]["replicas"] == 3
    assert template["spec"]["resources"]["requests"]["storage"] == "5Gi"
    assert template["metadata"]["name"] in {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    assert template["metadata"]["name"] not in {volume["name"] for volume in pod["volumes"]}
    environment = {entry["name"]: entry for entry in pod["containers"][0]["env"]}
    name = environment["SURVEYOR_COLLECTOR_VMWARE__COLLECTOR_ID"]["valueFrom"]["fieldRef"]["fieldPath"]
    assert name == "metadata.name"


@pytest.mark.parametrize("service", ["collector-vmware", "collector-hyperv"])
def test_source_that_does_not_answer_holds_up_no_update(chart: Chart, service: str) -> None:
    pod = chart.render("full").component("StatefulSet", service)["spec"]["template"]["spec"]
    assert pod["containers"][0]["readinessProbe"]["httpGet"]["path"] == "/healthz"


def test_spool_without_a_volume_of_its_own_lies_in_the_pod(chart: Chart) -> None:
    rendering = chart.render("full", services__collector_hyperv__persistence__enabled=False)
    assert data_volume(rendering, "collector-hyperv", "StatefulSet") == {"emptyDir": {}}
    assert "volumeClaimTemplates" not in rendering.component("StatefulSet", "collector-hyperv")["spec"]


def test_api_on_sqlite_is_gone_before_the_new_one_opens_the_file(chart: Chart) -> None:
    assert strategy(chart.render(), "query-api") == "Recreate"


def test_without_the_job_nothing_is_a_hook(chart: Chart) -> None:
    rendering = chart.render(migrate__enabled=False)
    assert rendering.of_kind("Job") == []
    annotations = [m["metadata"].get("annotations", {}) for m in rendering.manifests]
    assert not [a for a in annotations if "helm.sh/hook" in a]


def test_migration_runs_the_command_line_and_is_told_how_long(chart: Chart) -> None:
    (job,) = chart.render("full").of_kind("Job")
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.example.com:5000/platform/surveyor/cli:0.1.0-rc.2"
    assert container["args"] == ["migrate"]
    assert job["spec"]["activeDeadlineSeconds"] == 120


def test_portal_finds_the_api_of_its_release(chart: Chart) -> None:
    rendering = chart.render(services__query_api__httpPort=8081)
    text = rendering.component("ConfigMap", "portal")["data"]["surveyor.yaml"]
    assert "api_url: http://trial-surveyor-query-api:8081" in text
    assert rendering.named("Service", "trial-surveyor-query-api")["spec"]["ports"][0]["port"] == 8081


def test_ingress_leads_to_the_portal_and_to_the_api_where_they_have_hosts(chart: Chart) -> None:
    def rules(**changes: Any) -> dict[str, str]:
        ingresses = chart.render("full", **changes).of_kind("Ingress")
        found = [rule for ingress in ingresses for rule in ingress["spec"]["rules"]]
        return {r["host"]: r["http"]["paths"][0]["backend"]["service"]["name"] for r in found}

    both = {"surveyor.example.com": "estate-portal", "surveyor-api.example.com": "estate-query-api"}
    assert rules() == both
    assert rules(ingress__api__host="") == {"surveyor.example.com": "estate-portal"}
    assert rules(ingress__enabled=False) == {}


def claim(name: str) -> dict[str, Any]:
    return {"persistentVolumeClaim": {"claimName": name}}


def data_volume(rendering: Rendering, service: str, kind: str = "Deployment") -> dict[str, Any]:
    pod = rendering.component(kind, service)["spec"]["template"]["spec"]
    (volume,) = [dict(volume) for volume in pod["volumes"] if volume["name"] == "data"]
    del volume["name"]
    return volume


def strategy(rendering: Rendering, service: str) -> str:
    kind: str = rendering.component("Deployment", service)["spec"]["strategy"]["type"]
    return kind
