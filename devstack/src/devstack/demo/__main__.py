"""`python -m devstack.demo`, which `make demo` calls."""

import signal
import sys

from pydantic import ValidationError

from devstack.demo.places import DemoPlaces
from devstack.demo.run import run_demo
from devstack.demo.settings import DemoSettings
from devstack.demo.waiting import DemoFailed
from devstack.installation import InstallationError
from devstack.progress import console
from devstack.supervise import StartError


def main() -> int:
    """Run the demo and return its exit code: 0 only if all of it worked."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)  # a shell's background job would ignore it
    try:
        settings = DemoSettings()
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            name = "_".join(str(part) for part in fault["loc"]).upper()
            message = fault["msg"].removeprefix("Value error, ")
            console.print(f"{name}: {message}" if name else message, markup=False, soft_wrap=True)
        return 2
    try:
        run_demo(settings, DemoPlaces.at(settings.demo_directory))
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130 if settings.once else 0
    except (DemoFailed, InstallationError, StartError) as error:
        console.print(f"The demo failed: {error}", style="red", markup=False, soft_wrap=True)
        return 1
    return 0


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
