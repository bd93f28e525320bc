"""Run simulated Hyper-V hosts: `python -m devstack.hyperv --password-file FILE`.

Prints one JSON line when all listen: `{"url": …, "host": …, "port": …, "control_url": …, "machines": N,
"hosts": [{"name": …, "url": …, "port": …, "control_url": …, "machines": N}, …]}`; what stands outside `hosts`
is the first one's.
"""

import argparse
import json
import os
import signal
import ssl
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from devstack.hyperv.auth import Credentials
from devstack.hyperv.control import ControlServer
from devstack.hyperv.host import DEFAULT_BUILD, SimulatedHost
from devstack.hyperv.server import WsmanServer
from devstack.hyperv.site import SimulatedSite


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    password = options.password_file.read_text().strip()
    if not password or ":" in password:
        sys.stderr.write("--password-file: the password must not be empty or hold a colon\n")
        return 2
    credentials = Credentials(options.user, password)
    site = SimulatedSite.build(
        host_count=options.hosts,
        machine_count=options.vms,
        seed=options.seed,
        build=options.build,
        name=options.name,
        cluster=options.cluster,
    )
    with tempfile.TemporaryDirectory(prefix="hyperv-") as folder:
        _write_ntlm_users(Path(folder), credentials, [host.name for host in site.hosts])
        try:
            _serve(options, site, credentials)
        except OSError as error:  # the port is taken, a certificate cannot be read
            sys.stderr.write(f"the simulated host cannot listen: {error}\n")
            return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devstack.hyperv", description="Simulated Hyper-V hosts")
    parser.add_argument("--bind", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=0, help="WS-Management port; 0 takes a free one")
    parser.add_argument("--control-port", type=int, default=0, help="control port; 0 takes a free one")
    parser.add_argument("--user", default="surveyor")
    parser.add_argument("--password-file", type=Path, required=True)
    parser.add_argument("--name", default="HYPERV01", help="the host's computer name; several are numbered")
    parser.add_argument("--hosts", type=int, default=1, help="how many; each has a free port but the first")
    parser.add_argument("--cluster", help="name of the failover cluster that the hosts form")
    parser.add_argument(
        "--vms", type=int, default=os.environ.get("DEMO_HYPERV_VMS", "6"), help="machines on each host"
    )
    parser.add_argument("--seed", type=int, default=os.environ.get("DEMO_SEED", "1"))
    parser.add_argument("--build", type=int, default=DEFAULT_BUILD, help="Windows build, e.g. 9600 or 20348")
    parser.add_argument("--tls-cert", type=Path)
    parser.add_argument("--tls-key", type=Path)
    parser.add_argument("--tls-client-cert", type=Path, help="a certificate that is a login by itself")
    return parser


def _write_ntlm_users(folder: Path, credentials: Credentials, host_names: list[str]) -> None:
    """Give the NTLM acceptor its accounts: it takes them only from a file named in the environment."""
    path = folder / "users"
    path.touch(mode=0o600)
    domains = ("", ".", "WORKSTATION", *host_names)
    path.write_text(
        "".join(f"{domain}:{credentials.username}:{credentials.password}\n" for domain in domains)
    )
    os.environ["NTLM_USER_FILE"] = str(path)


def _serve(options: argparse.Namespace, site: SimulatedSite, credentials: Credentials) -> None:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    ports = [options.port, *(0 for _ in site.hosts[1:])]
    for host in site.hosts:
        host.tls = _tls(options)
    servers = [
        WsmanServer((options.bind, port), host.service.answer, credentials, host.disturbances, host.tls)
        for host, port in zip(site.hosts, ports, strict=True)
    ]
    control = ControlServer(site, options.control_port)
    for server in servers:
        server.start()
    control.start()
    ready = [_ready(host, server, control) for host, server in zip(site.hosts, servers, strict=True)]
    sys.stdout.write(json.dumps({**ready[0], "host": options.bind, "hosts": ready}) + "\n")
    sys.stdout.flush()
    stopped.wait()
    # Their threads end with the process.
    control.server_close()
    for server in servers:
        server.server_close()


def _ready(host: SimulatedHost, server: WsmanServer, control: ControlServer) -> dict[str, Any]:
    return {
        "name": host.name,
        "url": server.url,
        "port": server.port,
        "control_url": f"{control.url}/{host.name}",
        "machines": len(host.machines()),
    }


def _tls(options: argparse.Namespace) -> ssl.SSLContext | None:
    if options.tls_cert is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.tls_cert, options.tls_key)
    if options.tls_client_cert is not None:
        context.load_verify_locations(options.tls_client_cert)
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


if __name__ == "__main__":
    sys.exit(main())
