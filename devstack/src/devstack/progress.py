"""Progress of downloads, builds and starts: a live line on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

console = Console(stderr=True, highlight=False)

Advance = Callable[[int], None]


@contextmanager
def task(title: str, total: int | None = None) -> Iterator[Advance]:
    """Show that `title` is under way and how long it took.

    Args:
        title: What happens, without a full stop.
        total: How many steps there are, if known; the yielded function takes the steps done since.
    """
    started = time.monotonic()
    if console.is_terminal:
        with _live() as live:
            shown = live.add_task(title, total=total)
            yield lambda steps: live.advance(shown, steps)
    else:
        console.print(f"{title} ...", soft_wrap=True)
        yield lambda _steps: None
    console.print(f"{title}: done in {time.monotonic() - started:.1f} s", soft_wrap=True)


def _live() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True)
