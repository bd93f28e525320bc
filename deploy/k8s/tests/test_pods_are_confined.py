"""What a pod may do: the restricted Pod Security Standard, and a little more."""

from pathlib import PurePosixPath

from deploy.k8s.tests.conftest import Chart, Manifest, Rendering


def test_pods_run_as_an_ordinary_user(rendering: Rendering) -> None:
    for _, pod in rendering.pods():
        context = pod["spec"]["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] == context["runAsGroup"] == context["fsGroup"] == 10001
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}


def test_pods_get_no_token_for_the_cluster(rendering: Rendering) -> None:
    assert all(pod["spec"]["automountServiceAccountToken"] is False for _, pod in rendering.pods())
    for account in rendering.of_kind("ServiceAccount"):
        assert account["automountServiceAccountToken"] is False
    assert rendering.of_kind("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding") == []


def test_each_service_has_an_account_of_its_own(rendering: Rendering) -> None:
    accounts = [pod["spec"]["serviceAccountName"] for _, pod in rendering.pods()]
    assert len(accounts) == len(set(accounts))


def test_pods_share_nothing_with_their_node(rendering: Rendering) -> None:
    for _, pod in rendering.pods():
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod["spec"].keys()
        assert not [volume for volume in pod["spec"]["volumes"] if "hostPath" in volume]


def test_containers_gain_no_privilege(rendering: Rendering) -> None:
    for container in containers(rendering):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_containers_write_only_to_tmp_and_their_data_directory(rendering: Rendering) -> None:
    for container in containers(rendering):
        writable = {m["mountPath"] for m in container["volumeMounts"] if not m.get("readOnly")}
        assert "/tmp" in writable
        assert writable <= {"/tmp", "/var/lib/surveyor"}


def test_containers_ask_for_what_they_need_and_are_bounded_in_memory(rendering: Rendering) -> None:
    for container in containers(rendering):
        assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
        assert "memory" in container["resources"]["limits"]


def test_secrets_reach_processes_as_files_only(rendering: Rendering) -> None:
    for container in containers(rendering):
        assert "envFrom" not in container
        assert {key for entry in container["env"] for key in entry.get("valueFrom", {})} <= {"fieldRef"}
    secrets = [value for s in rendering.of_kind("Secret") for value in s["stringData"].values()]
    for configuration in rendering.of_kind("ConfigMap"):
        assert not [s for s in secrets if s in configuration["data"]["surveyor.yaml"]]


def test_a_secret_shared_by_services_shows_each_its_own_key(chart: Chart) -> None:
    rendering = chart.render("minimal")
    assert shown_keys(rendering, "portal", "surveyor-keys") == {"session-secret"}
    assert shown_keys(rendering, "query-api", "surveyor-keys") == {"bootstrap-key"}


def test_services_get_the_credentials_of_parts_they_talk_to_alone(chart: Chart) -> None:
    rendering = chart.render("full")
    assert mounts(rendering, "portal") == {"config", "tmp", "session-secret"}
    expected = {"config", "tmp", "sources", "kafka-ca", "kafka-client", "kafka-password", "surveyor"}
    assert mounts(rendering, "collector-vmware") == expected
    assert mounts(rendering, "collector-hyperv") == expected


def containers(rendering: Rendering) -> list[Manifest]:
    return [container for _, pod in rendering.pods() for container in pod["spec"]["containers"]]


def shown_keys(rendering: Rendering, service: str, secret: str) -> set[str]:
    pod = rendering.workload(service)["spec"]["template"]
    volumes = [v["secret"] for v in pod["spec"]["volumes"] if v.get("secret", {}).get("secretName") == secret]
    return {item["key"] for volume in volumes for item in volume["items"]}


def mounts(rendering: Rendering, service: str) -> set[str]:
    pod = rendering.workload(service)["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    return {PurePosixPath(mount["mountPath"]).name for mount in container["volumeMounts"]}
