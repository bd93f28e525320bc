"""Renders the chart as an installation would."""

import copy
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from devstack.fixtures.availability import installing
from devstack.helm import helm_binary

CHART = Path(__file__).resolve().parents[1] / "surveyor"
KUBERNETES_VERSION = "1.37"
RELEASE = "trial"
HELM_BUILD_TIMEOUT_SECONDS = 1200

WORKLOADS = ("Deployment", "StatefulSet")

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Rendering:
    """All objects of one rendering, hooks included."""

    manifests: tuple[Manifest, ...]

    def of_kind(self, *kinds: str) -> list[Manifest]:
        return [manifest for manifest in self.manifests if manifest["kind"] in kinds]

    def named(self, kind: str, name: str) -> Manifest:
        (found,) = [m for m in self.of_kind(kind) if m["metadata"]["name"] == name]
        return found

    def component(self, kind: str, component: str) -> Manifest:
        """Return the only object of a kind that belongs to a service."""
        label = "app.kubernetes.io/component"
        (found,) = [m for m in self.of_kind(kind) if m["metadata"]["labels"][label] == component]
        return found

    def workload(self, service: str) -> Manifest:
        """Return what runs a service."""
        label = "app.kubernetes.io/component"
        found = [m for m in self.of_kind(*WORKLOADS) if m["metadata"]["labels"][label] == service]
        return found[0]

    def pods(self) -> Iterator[tuple[str, Manifest]]:
        """Give every pod template with the name of what makes it."""
        for manifest in self.of_kind(*WORKLOADS, "Job"):
            yield manifest["metadata"]["name"], manifest["spec"]["template"]


class Chart:
    """The chart under Helm."""

    def __init__(self, helm: Path) -> None:
        self._helm = helm
        self._rendered = cache(self._render)

    def render(self, profile: str = "minimal", **changes: Any) -> Rendering:
        """Render `ci/<profile>-values.yaml` with changes such as `services__query_api__replicas=1`."""
        rendered = self._rendered(profile, json.dumps(nested(changes), sort_keys=True))
        return copy.deepcopy(rendered)

    def refusal(self, profile: str = "minimal", **changes: Any) -> str:
        """Return what Helm says of values that it must refuse."""
        answer = self._template(profile, json.dumps(nested(changes)))
        assert answer.returncode != 0, "these values were accepted"
        return answer.stderr

    def lint(self, *values: Path) -> subprocess.CompletedProcess[str]:
        files = [argument for path in values for argument in ("--values", str(path))]
        return self._run("lint", "--strict", "--kube-version", KUBERNETES_VERSION, str(CHART), *files)

    def _render(self, profile: str, changes: str) -> Rendering:
        answer = self._template(profile, changes)
        assert answer.returncode == 0, answer.stderr
        return Rendering(tuple(m for m in yaml.safe_load_all(answer.stdout) if m))

    def _template(self, profile: str, changes: str) -> subprocess.CompletedProcess[str]:
        given = str(values_file(profile))
        options = ["--kube-version", KUBERNETES_VERSION, "--values", given, "--values", "-"]
        return self._run("template", RELEASE, str(CHART), *options, text=changes)

    def _run(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run([self._helm, *arguments], input=text, capture_output=True, text=True)


def values_file(profile: str) -> Path:
    return CHART / "ci" / f"{profile}-values.yaml"


def nested(changes: dict[str, Any]) -> dict[str, Any]:
    """Turn `{"services__query_api__replicas": 2}` into nested values; `_` in a service's name means `-`."""
    values: dict[str, Any] = {}
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = values
        for step in parents:
            place = place.setdefault(step.replace("_", "-"), {})
        place[last] = value
    return values


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give whichever test comes first the time to build Helm, if `devstack prepare` has not."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(HELM_BUILD_TIMEOUT_SECONDS))


@pytest.fixture(scope="session")
def helm() -> Path:
    with installing("Helm"):
        binary = helm_binary()
    return binary


@pytest.fixture(scope="session")
def chart(helm: Path) -> Chart:
    return Chart(helm)


@pytest.fixture(params=["minimal", "full"])
def rendering(request: pytest.FixtureRequest, chart: Chart) -> Rendering:
    return chart.render(request.param)


@pytest.fixture(scope="session")
def values() -> dict[str, Any]:
    """The chart's default values."""
    loaded: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
    return loaded
