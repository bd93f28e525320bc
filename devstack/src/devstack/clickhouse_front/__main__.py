"""Runs the front: `python -m devstack.clickhouse_front --help`."""

import argparse
import fcntl
import os
import sys
from pathlib import Path

import uvicorn

from devstack.clickhouse_front.app import Credentials, create_app
from devstack.clickhouse_front.engine import Engine
from devstack.clickhouse_front.server import PASSWORD_VARIABLE


def main() -> None:
    arguments = _arguments()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    with (arguments.directory / "devstack.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(f"{arguments.directory} is in use by another process")
        credentials = Credentials(arguments.username, os.environ.get(PASSWORD_VARIABLE, ""))
        app = create_app(Engine(arguments.directory / "store"), credentials)
        uvicorn.run(app, host="127.0.0.1", port=arguments.port, log_level="warning", access_log=False)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m devstack.clickhouse_front",
        description="Serve the ClickHouse engine over HTTP on the loopback interface.",
        epilog=f"The password is read from {PASSWORD_VARIABLE}.",
    )
    parser.add_argument("--directory", type=Path, required=True, help="keeps the data; one process at a time")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--username", default="default")
    return parser.parse_args()


if __name__ == "__main__":
    main()
