"""`python -m devstack`: local parts from a terminal."""

import fcntl
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from devstack.endpoints import print_endpoints, write_endpoints
from devstack.installation import InstallationError
from devstack.kafka.jars import write_record
from devstack.parts import PART_NAMES, PREPARED_NAMES, Estate, local_part, prepare
from devstack.places import CHECKOUT, data_directory
from devstack.progress import console
from devstack.supervise import Stack, StartError

app = typer.Typer(
    help="Start Surveyor's real parts on this machine: Kafka, ClickHouse, simulated sources.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_ALL = ",".join(PART_NAMES)
_ALL_PREPARED = ",".join(PREPARED_NAMES)
_DIRECTORY = data_directory() / "up"
_ENDPOINTS = CHECKOUT / "build" / "devstack" / "endpoints.json"
_Parts = Annotated[str, typer.Option(help=f"Comma-separated, out of {_ALL}.")]
_PreparedParts = Annotated[str, typer.Option("--parts", help=f"Comma-separated, out of {_ALL_PREPARED}.")]


@app.command()
def up(
    parts: _Parts = _ALL,
    directory: Annotated[Path, typer.Option(help="Data and logs; kept.")] = _DIRECTORY,
    endpoints: Annotated[
        Path, typer.Option(help="File that gets all addresses and test credentials.")
    ] = _ENDPOINTS,
) -> None:
    """Start parts and run until Ctrl-C. DEMO_VMS, DEMO_HYPERV_VMS and DEMO_SEED shape the estate."""
    names = _chosen(parts, PART_NAMES)
    signal.signal(signal.SIGTERM, _interrupt)
    with _failures_as_messages(), _only_one(directory):
        estate = Estate()
        chosen = {name: local_part(name, directory, estate) for name in names}
        addresses = {name: part.endpoint for name, part in chosen.items()}
        try:
            with Stack([part.process for part in chosen.values()], directory / "logs") as stack:
                write_endpoints(endpoints, addresses)
                print_endpoints(addresses)
                console.print(f"Written to {endpoints}. Ctrl-C stops all.", soft_wrap=True)
                stack.watch()
        except KeyboardInterrupt:
            console.print("Stopped.")
        finally:
            endpoints.unlink(missing_ok=True)


@app.command("prepare")
def prepare_parts(parts: _PreparedParts = _ALL_PREPARED) -> None:
    """Download and build all that the parts need, so that they start without a network later."""
    with _failures_as_messages():
        for name in _chosen(parts, PREPARED_NAMES):
            prepare(name)
    console.print("All parts are ready to start.")


@app.command("lock-kafka")
def lock_kafka() -> None:
    """Resolve Kafka's jars anew after a change of version, and record their hashes."""
    write_record()


def _chosen(parts: str, known: tuple[str, ...]) -> list[str]:
    names = [name.strip() for name in parts.split(",") if name.strip()]
    unknown = sorted(set(names) - set(known))
    if unknown or not names:
        raise typer.BadParameter(
            f"{', '.join(unknown) or 'nothing'}: choose from {','.join(known)}", param_hint="--parts"
        )
    return names


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def _failures_as_messages() -> Iterator[None]:
    try:
        yield
    except (InstallationError, StartError) as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        sys.exit(1)


@contextmanager
def _only_one(directory: Path) -> Iterator[None]:
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(f"{directory} is in use by another `devstack up`") from None
        yield
