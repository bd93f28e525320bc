"""Every image is built the same way, from hashed requirements and its own parts only."""

import re
import subprocess
import sysconfig
import tomllib
from pathlib import Path

import pytest

from devstack.fixtures.availability import unavailable

ROOT = Path(__file__).resolve().parents[3]
IMAGES = ROOT / "deploy" / "images"
SERVICE_DOCKERFILES = sorted(ROOT.glob("services/*/Dockerfile"))
DOCKERFILES = [*SERVICE_DOCKERFILES, ROOT / "cli" / "Dockerfile"]
MODEL = ROOT / "services" / "normalizer" / "Dockerfile"
WORKSPACE = {"surveyor-schemas": "schemas", "surveyor-inventory": "inventory", "surveyor-kit": "kit"}

each_image = pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.parent.name)


def test_every_service_and_the_command_line_have_an_image() -> None:
    parts = {path.parent for path in ROOT.glob("services/*/pyproject.toml")} | {ROOT / "cli"}
    assert {dockerfile.parent for dockerfile in DOCKERFILES} == parts


@each_image
def test_hadolint_finds_nothing(dockerfile: Path) -> None:
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    if not hadolint.exists():
        unavailable("no hadolint: install the development requirements")
    answer = subprocess.run([hadolint, "--no-color", dockerfile], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


@each_image
def test_image_is_built_as_every_other(dockerfile: Path) -> None:
    assert shape(dockerfile) == shape(MODEL)


@each_image
def test_image_runs_what_its_folder_holds(dockerfile: Path) -> None:
    name = dockerfile.parent.name
    (entrypoint,) = re.findall(r"^ENTRYPOINT (.*)$", dockerfile.read_text(), re.MULTILINE)
    module = name.replace("-", "_")
    assert entrypoint == ('["surveyor"]' if name == "cli" else f'["python", "-m", "{module}"]')
    assert (dockerfile.parent / "src" / ("surveyor_cli" if name == "cli" else module)).is_dir()


@pytest.mark.parametrize("dockerfile", SERVICE_DOCKERFILES, ids=lambda path: path.parent.name)
def test_service_listens_beyond_its_container(dockerfile: Path) -> None:
    prefix = f"SURVEYOR_{dockerfile.parent.name.replace('-', '_').upper()}__HTTP"
    listening = re.findall(rf"{prefix}_(HOST=0\.0\.0\.0|PORT=8080)\b", dockerfile.read_text())
    assert listening == ["HOST=0.0.0.0", "PORT=8080"]


@each_image
def test_image_holds_its_workspace_parts_and_no_other(dockerfile: Path) -> None:
    folder = dockerfile.parent.relative_to(ROOT)
    copied = re.findall(r"^COPY (\S+) \1$", dockerfile.read_text(), re.MULTILINE)
    assert sorted(copied) == sorted({str(folder), *workspace_parts(folder)})
    installed = re.search(r"--wheel-dir /wheels \\\n\s+(.*) \\", dockerfile.read_text())
    assert installed is not None
    assert installed[1].split() == [f"./{part}" for part in copied]


@each_image
def test_image_runs_as_an_ordinary_user_and_installs_only_what_is_hashed(dockerfile: Path) -> None:
    lines = dockerfile.read_text()
    assert re.findall(r"^USER (.*)$", lines, re.MULTILINE) == ["10001:10001"]
    installs = re.findall(r"pip .*?install (?:.*\\\n)*.*$", lines, re.MULTILINE)
    assert len(installs) == 3
    assert all("--require-hashes" in install or "--no-index" in install for install in installs)


def test_base_image_is_named_by_an_exact_version() -> None:
    bases = {re.findall(r"^ARG PYTHON_IMAGE=(.*)$", d.read_text(), re.MULTILINE)[0] for d in DOCKERFILES}
    (base,) = bases
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", base)


def test_build_tools_are_those_of_development() -> None:
    development = pins(ROOT / "requirements-dev.txt")
    for name, version in pins(IMAGES / "requirements-build.txt").items():
        assert development[name] == version


def pins(requirements: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", requirements.read_text(), re.MULTILINE))


def workspace_parts(folder: Path) -> set[str]:
    """The folders of the workspace that a distribution needs, directly or not."""
    project = tomllib.loads((ROOT / folder / "pyproject.toml").read_text())["project"]
    direct = {WORKSPACE[name] for name in project["dependencies"] if name in WORKSPACE}
    return direct.union(*(workspace_parts(Path(part)) for part in direct))


def shape(dockerfile: Path) -> list[str]:
    """The build without what must differ: names, copied parts, and how the result is run."""
    folder = str(dockerfile.parent.relative_to(ROOT))
    text = re.sub(r"(-t surveyor/|title=\"Surveyor )[\w-]+", r"\1NAME", dockerfile.read_text())
    text = text.replace(f"{folder}/", "FOLDER/")
    text = re.sub(r"^COPY (\S+) \1\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"(--wheel-dir /wheels \\\n\s+).*", r"\1PARTS", text)
    text = re.sub(r'(description=)".*"', r"\1DESCRIPTION", text)
    return text.split("COPY --from=build")[0].splitlines()
