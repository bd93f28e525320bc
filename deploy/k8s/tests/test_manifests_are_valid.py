"""What an API server would refuse, as far as it can be known without one."""

import re
from collections.abc import Iterator
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]  # it brings no types
import pytest
from deploy.k8s.tests.conftest import KUBERNETES_VERSION, WORKLOADS, Chart, Manifest, Rendering

QUANTITY = re.compile(r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$")
DNS_LABEL = re.compile(r"^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$")
DNS_SUBDOMAIN = re.compile(r"^[a-z0-9]([-a-z0-9]{0,251}[a-z0-9])?$")
LABEL_VALUE = re.compile(r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$")
HOOK = "helm.sh/hook"


def test_every_manifest_passes_the_strict_schema(rendering: Rendering) -> None:
    for manifest in rendering.manifests:
        kubernetes_validate.validate(manifest, KUBERNETES_VERSION, strict=True)


def test_schema_check_refuses_a_misspelt_field(rendering: Rendering) -> None:
    deployment = rendering.component("Deployment", "normalizer")
    deployment["spec"]["replcas"] = 1
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, KUBERNETES_VERSION, strict=True)


def test_every_amount_is_a_quantity(rendering: Rendering) -> None:
    """The schemas take any string for a quantity: `10Gib` passes them."""
    found = [str(amount) for manifest in rendering.manifests for amount in quantities(manifest)]
    assert found
    assert [amount for amount in found if not QUANTITY.match(amount)] == []


def test_disruption_budgets_set_one_bound_of_the_two(rendering: Rendering) -> None:
    budgets = rendering.of_kind("PodDisruptionBudget")
    assert budgets
    for budget in budgets:
        assert len({"maxUnavailable", "minAvailable"} & budget["spec"].keys()) == 1


def test_disruption_budgets_exist_where_there_is_more_than_one_replica(rendering: Rendering) -> None:
    several = {d["metadata"]["name"] for d in rendering.of_kind(*WORKLOADS) if d["spec"]["replicas"] > 1}
    assert {budget["metadata"]["name"] for budget in rendering.of_kind("PodDisruptionBudget")} == several


def test_no_two_objects_share_a_name(rendering: Rendering) -> None:
    names = [(manifest["kind"], manifest["metadata"]["name"]) for manifest in rendering.manifests]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("fullname", ["surveyor", "x" * 44])
def test_names_and_labels_keep_within_what_kubernetes_allows(chart: Chart, fullname: str) -> None:
    for manifest in chart.render("full", fullnameOverride=fullname).manifests:
        allowed = DNS_SUBDOMAIN if manifest["kind"] == "Secret" else DNS_LABEL
        assert allowed.match(manifest["metadata"]["name"]), manifest["metadata"]["name"]
        for value in manifest["metadata"]["labels"].values():
            assert LABEL_VALUE.match(value), value


def test_services_and_budgets_select_their_pods_alone(rendering: Rendering) -> None:
    labels = {name: pod["metadata"]["labels"] for name, pod in rendering.pods()}
    for manifest in rendering.of_kind("Service", "PodDisruptionBudget", *WORKLOADS):
        spec = manifest["spec"]
        wanted = spec["selector"].get("matchLabels", spec["selector"])
        selected = [name for name, pod in labels.items() if wanted.items() <= pod.items()]
        assert selected == [manifest["metadata"]["name"]]


def test_probes_and_services_name_ports_that_exist(rendering: Rendering) -> None:
    for workload in rendering.of_kind(*WORKLOADS):
        (container,) = workload["spec"]["template"]["spec"]["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert container[probe]["httpGet"]["port"] in ports
        service = rendering.named("Service", workload["metadata"]["name"])
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports.keys()


def test_probes_ask_for_life_and_readiness(rendering: Rendering) -> None:
    for deployment in rendering.of_kind("Deployment"):
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_pods_use_only_objects_that_the_chart_makes_or_the_values_name(rendering: Rendering) -> None:
    named_in_values = {
        "surveyor-keys", "registry-login", "kafka-cluster-ca", "surveyor-kafka-client", "clickhouse-users",
        "clickhouse-ca", "hyperv-sources", "hyperv-spool",
    }  # fmt: skip
    made = {(m["kind"], m["metadata"]["name"]) for m in rendering.manifests}
    for owner, pod in rendering.pods():
        used = set(references(pod["spec"]))
        assert {(k, n) for k, n in used - made if n not in named_in_values} == set(), owner


def test_what_the_migration_needs_is_made_before_it(rendering: Rendering) -> None:
    (job,) = rendering.of_kind("Job")
    made = {
        (m["kind"], m["metadata"]["name"]): m["metadata"].get("annotations", {}) for m in rendering.manifests
    }
    own_weight = int(job["metadata"]["annotations"]["helm.sh/hook-weight"])
    for reference in references(job["spec"]["template"]["spec"]):
        if reference in made:
            assert made[reference][HOOK] == job["metadata"]["annotations"][HOOK] == "pre-install,pre-upgrade"
            assert int(made[reference]["helm.sh/hook-weight"]) < own_weight


def test_services_use_nothing_that_goes_away_with_the_hooks(rendering: Rendering) -> None:
    hooks = {
        (m["kind"], m["metadata"]["name"])
        for m in rendering.manifests
        if HOOK in m["metadata"].get("annotations", {})
    }
    for workload in rendering.of_kind(*WORKLOADS):
        assert hooks.isdisjoint(references(workload["spec"]["template"]["spec"]))


def references(pod_spec: Manifest) -> Iterator[tuple[str, str]]:
    """Give kind and name of all objects that a pod cannot start without."""
    yield "ServiceAccount", pod_spec["serviceAccountName"]
    for secret in pod_spec.get("imagePullSecrets", []):
        yield "Secret", secret["name"]
    for volume in pod_spec["volumes"]:
        if "configMap" in volume:
            yield "ConfigMap", volume["configMap"]["name"]
        if "secret" in volume:
            yield "Secret", volume["secret"]["secretName"]
        if "persistentVolumeClaim" in volume:
            yield "PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]


def quantities(node: Any) -> Iterator[Any]:
    """Give every amount of a resource and every size of a volume inside a manifest."""
    if isinstance(node, list):
        for item in node:
            yield from quantities(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("requests", "limits"):
                yield from value.values()
            elif key == "sizeLimit":
                yield value
            else:
                yield from quantities(value)
