"""One Apache Kafka node in KRaft mode on loopback ports."""

import os
import socket
import struct
import subprocess
import uuid
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from devstack.installation import InstallationError
from devstack.kafka.jars import kafka_jars
from devstack.kafka.java import find_java
from devstack.ports import free_port
from devstack.supervise import Process

_HEAP = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


@dataclass(frozen=True)
class Broker:
    """Where a broker listens and keeps its data.

    Attributes:
        advertised_port: What clients are told to connect to; another than `port` puts a proxy between.
    """

    directory: Path
    port: int
    controller_port: int
    advertised_port: int

    @classmethod
    def on_free_ports(cls, directory: Path, advertised_port: int | None = None) -> "Broker":
        port = free_port()
        return cls(directory, port, free_port(), advertised_port or port)

    @property
    def bootstrap_servers(self) -> str:
        return f"127.0.0.1:{self.advertised_port}"

    def process(self, name: str = "kafka", stage: int = 0) -> Process:
        """Prepare the data directory if it is new, and describe the broker's process."""
        self.directory.mkdir(parents=True, exist_ok=True)
        properties = self.directory / "server.properties"
        properties.write_text(self._properties())
        if not (self._data / "meta.properties").exists():
            self._format(properties)
        command = [*_java_command(self.directory), *_HEAP, "kafka.Kafka", str(properties)]
        return Process(
            name,
            command,
            ready=lambda: answers(self.port),
            directory=self.directory,
            stage=stage,
            start_timeout_seconds=120,
            stop_timeout_seconds=30,
        )

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def _format(self, properties: Path) -> None:
        cluster_id = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=").replace("-", "0")
        command = [*_java_command(self.directory), "kafka.tools.StorageTool"]
        arguments = ["format", "--cluster-id", cluster_id, "--config", str(properties)]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True)
        if done.returncode:
            raise InstallationError(f"Kafka could not format {self._data}:\n{done.stdout}{done.stderr}")

    def _properties(self) -> str:
        settings = {
            "node.id": 1,
            "process.roles": "broker,controller",
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.advertised_port}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs": self._data,
            # Topics are declared by `surveyor migrate`: a missing one must show as an error here too.
            "auto.create.topics.enable": "false",
            # One node cannot replicate.
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 4,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            # A killed broker comes back only when its old registration has expired (9 s by default).
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            # Short enough for tests that kill a consumer and wait for its partitions.
            "group.min.session.timeout.ms": 1000,
        }
        return "".join(f"{key}={value}\n" for key, value in settings.items())


def answers(port: int) -> bool:
    """Say whether a broker answers an ApiVersions request (version 0), which it does once it serves.

    Source: Apache Kafka protocol guide, "ApiVersions".
    """
    api_versions, version, correlation_id = 18, 0, 1
    header = struct.pack(">hhih", api_versions, version, correlation_id, -1)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(header)) + header)
            answer = connection.recv(8)
    except OSError:
        return False
    return len(answer) == 8 and struct.unpack(">i", answer[4:])[0] == correlation_id


def _java_command(directory: Path) -> list[str]:
    logging = directory / "log4j2.xml"
    with as_file(files("devstack.kafka") / "log4j2.xml") as packaged:
        logging.write_bytes(packaged.read_bytes())
    class_path = str(kafka_jars()) + os.sep + "*"
    return [str(find_java()), f"-Dlog4j2.configurationFile={logging}", "-cp", class_path]
