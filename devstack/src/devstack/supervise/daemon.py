"""supervisord, tied to the process that started it by its standard input.

The starter holds the other end of the pipe. When it closes it, or dies of whatever cause, the pipe ends and
supervisord stops its programs in order, as on SIGTERM.
"""

import os
import shutil
import signal
import sys
import threading
from pathlib import Path

from supervisor import supervisord  # type: ignore[import-untyped]

from devstack.supervise.leash import SUPERVISOR_PID_VARIABLE


def stop_when_standard_input_ends() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    configuration = Path(sys.argv[1])
    os.environ[SUPERVISOR_PID_VARIABLE] = str(os.getpid())
    threading.Thread(target=stop_when_standard_input_ends, daemon=True).start()
    try:
        supervisord.main(["--nodaemon", "--configuration", str(configuration)])
    finally:
        shutil.rmtree(configuration.parent, ignore_errors=True)


if __name__ == "__main__":
    main()
