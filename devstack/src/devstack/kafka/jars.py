"""Kafka's jars: resolved once by jgo, recorded in `jars.txt`, then fetched by record and checked."""

import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import requests
import tenacity
from jgo.maven import Artifact, MavenContext

from devstack.installation import InstallationError, install_once
from devstack.progress import task

KAFKA_VERSION = "4.4.0"
_WANTED = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.5",  # without a binding the broker logs nothing
    "org.apache.logging.log4j:log4j-core:2.25.5",
)
_PARALLEL_DOWNLOADS = 6
_TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Jar:
    """One recorded jar: Maven coordinates `group:artifact:version` and the SHA-256 of the file."""

    coordinates: str
    sha256: str


def kafka_jars() -> Path:
    """Return a directory with all jars of the broker; download them if no checkout on this machine has."""
    return install_once(f"kafka-{KAFKA_VERSION}-{_record_digest()}", _download_all)


def recorded_jars() -> list[Jar]:
    return [Jar(*line.split()) for line in _record().splitlines()]


def resolve_jars() -> list[Jar]:
    """Resolve the record anew.

    Each root is resolved by itself: resolved together, jgo lets log4j's bill of materials hold Kafka's own
    client at 3.9.
    """
    context = MavenContext(timeout=_TIMEOUT_SECONDS)
    artifacts: dict[str, Artifact] = {}
    for coordinates in _WANTED:
        inputs, transitive = context.resolver.resolve([context.create_dependency(coordinates)])
        for dependency in inputs + transitive:
            artifacts.setdefault(f"{dependency.groupId}:{dependency.artifactId}", dependency.artifact)
    return [
        Jar(f"{name}:{artifact.version}", _sha256(artifact.resolve()))
        for name, artifact in sorted(artifacts.items())
    ]


def write_record() -> None:
    """Resolve and write `jars.txt` in the checkout, after a change of version."""
    lines = (f"{jar.coordinates} {jar.sha256}\n" for jar in resolve_jars())
    Path(__file__).with_name("jars.txt").write_text("".join(lines))


def _download_all(directory: Path) -> None:
    jars = recorded_jars()
    context = MavenContext(repo_cache=directory / "repository", timeout=_TIMEOUT_SECONDS)
    downloading = task(f"Downloading Apache Kafka {KAFKA_VERSION}", len(jars))
    try:
        with downloading as advance, ThreadPoolExecutor(_PARALLEL_DOWNLOADS) as pool:
            for path in pool.map(lambda jar: _download(jar, context), jars):
                path.rename(directory / path.name)
                advance(1)
    except requests.RequestException as error:
        raise InstallationError(
            f"Apache Kafka {KAFKA_VERSION} could not be downloaded: {error}\n"
            "Check the network; where a proxy signs for others, name its authority in REQUESTS_CA_BUNDLE."
        ) from error
    shutil.rmtree(directory / "repository")


@tenacity.retry(
    retry=tenacity.retry_if_exception_type((requests.RequestException, OSError)),
    stop=tenacity.stop_after_attempt(4),
    wait=tenacity.wait_random_exponential(max=10),
    reraise=True,
)
def _download(jar: Jar, context: MavenContext) -> Path:
    group, name, version = jar.coordinates.split(":")
    artifact = context.project(group, name).at_version(version).artifact()
    if artifact.cached_path is not None:
        artifact.cached_path.unlink(missing_ok=True)  # what an attempt before this one left
    path = Path(artifact.resolve())
    if _sha256(path) != jar.sha256:
        raise InstallationError(f"{jar.coordinates}: the downloaded file is not the recorded one")
    return path


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _record() -> str:
    return files("devstack.kafka").joinpath("jars.txt").read_text()


def _record_digest() -> str:
    return hashlib.sha256(_record().encode()).hexdigest()[:12]
