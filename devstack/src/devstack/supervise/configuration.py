"""Renders what supervisord reads: its configuration and one specification file per program."""

import configparser
import getpass
import json
import os
import shlex
import sys
from collections.abc import Iterable
from pathlib import Path

from devstack.supervise.process import Process


def write_configuration(processes: Iterable[Process], run_directory: Path, log_directory: Path) -> Path:
    """Write all files into `run_directory` (private to the user) and return the configuration's path."""
    sections = configparser.RawConfigParser()
    sections["supervisord"] = _supervisord(run_directory, log_directory)
    sections["unix_http_server"] = {"file": _literal(socket_path(run_directory)), "chmod": "0700"}
    sections["rpcinterface:supervisor"] = {
        "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
    }
    for process in processes:
        specification = write_specification(process, run_directory)
        sections[f"program:{process.name}"] = _program(process, specification, log_directory)
    path = run_directory / "supervisord.conf"
    with path.open("w") as file:
        sections.write(file)
    return path


def socket_path(run_directory: Path) -> Path:
    """Where supervisord answers; short, since a socket's path may not exceed about 100 characters."""
    return run_directory / "supervisor.sock"


def log_path(log_directory: Path, name: str) -> Path:
    return log_directory / f"{name}.log"


def _supervisord(run_directory: Path, log_directory: Path) -> dict[str, str]:
    settings = {
        "logfile": _literal(log_path(log_directory, "supervisord")),
        "pidfile": _literal(run_directory / "supervisord.pid"),
        "childlogdir": _literal(log_directory),
        "silent": "true",
    }
    if os.geteuid() == 0:
        settings["user"] = (
            getpass.getuser()
        )  # said explicitly: supervisord warns of a root it was not told of
    return settings


def _program(process: Process, specification: Path, log_directory: Path) -> dict[str, str]:
    leash = (sys.executable, "-m", "devstack.supervise.leash", str(specification))
    return {
        "command": _literal(shlex.join(leash)),
        "priority": str(process.stage),
        "autostart": "false",
        "autorestart": "true" if process.restart else "false",
        # Zero: running from the first moment, so an early end is seen as an end and not retried.
        "startsecs": "1" if process.restart else "0",
        "stopwaitsecs": str(process.stop_timeout_seconds),
        "stopasgroup": "true",
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": _literal(log_path(log_directory, process.name)),
        "stdout_logfile_maxbytes": "20MB",
        "stdout_logfile_backups": "1",
    }


def write_specification(process: Process, run_directory: Path) -> Path:
    """Write what `devstack.supervise.leash` reads to become the process; returns the file's path."""
    path = run_directory / f"{process.name}.json"
    directory = str(process.directory) if process.directory else None
    specification = {
        "command": list(process.command),
        "environment": dict(process.environment),
        "directory": directory,
    }
    path.write_text(json.dumps(specification))
    path.chmod(0o600)
    return path


def _literal(value: Path | str) -> str:
    return str(value).replace("%", "%%")
