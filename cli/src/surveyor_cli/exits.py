"""How a command ends: exit codes, and errors as one line on stderr."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from aiokafka.errors import KafkaError
from rich.console import Console

from surveyor_kit.errors import KitError, RetryableError

FAILED = 1
"""What was asked for was done, and the outcome is bad: a failed assessment, missing batches."""
USAGE = 2
"""Wrong options or settings."""
REFUSED = 3
"""The API, the broker or the store said no."""
UNREACHABLE = 4
"""The API, the broker or the store does not answer."""

EXPLAINED = (
    "Exit codes: 0 done, 1 done with a bad outcome, 2 wrong options or settings, "
    "3 refused, 4 something does not answer."
)

notes = Console(stderr=True, highlight=False)
"""Where everything goes that is not a result."""


def fail(code: int, message: str) -> NoReturn:
    """End with one line on stderr."""
    notes.print(f"surveyor: {' '.join(message.split())}", markup=False, soft_wrap=True)
    raise typer.Exit(code)


@contextmanager
def outside_errors_explained() -> Iterator[None]:
    """Turn what broker and store answer, or do not answer, into an exit code and a line."""
    try:
        yield
    except TimeoutError:
        fail(UNREACHABLE, "the broker or the store did not answer in time")
    except RetryableError as error:
        fail(UNREACHABLE, str(error))
    except (KitError, KafkaError) as error:
        fail(REFUSED, str(error))
