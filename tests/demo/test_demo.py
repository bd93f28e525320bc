"""What `make demo` promises, checked from outside."""

import asyncio
import json
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
from aiokafka import AIOKafkaConsumer
from pyVim.connect import Disconnect, SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim
from tests.demo.outside_check import Demo, check
from tests.demo.running_demo import RunningDemo

pytestmark = [pytest.mark.parts, pytest.mark.slow, pytest.mark.timeout(900)]

CHANGE_VISIBLE_SECONDS = 10.0


def test_outside_check_finds_nothing_amiss(demo: RunningDemo) -> None:
    assert check(demo.endpoints(), demo.started_at) == []


def test_result_names_what_was_found_and_where_it_is(demo: RunningDemo) -> None:
    result = json.loads((demo.output / "result.json").read_text())
    assert result["machines_expected"] == result["machines_discovered"] == {"vmware": 13, "hyperv": 5}
    assert result["assessment_state"] == "Completed"
    assert result["samples_stored"] > 0
    assert Path(result["export_path"]).stat().st_size > 0
    assert httpx.get(result["portal_url"], trust_env=False, follow_redirects=True).status_code == 200


async def test_disk_added_in_the_vcenter_shows_everywhere_within_ten_seconds(demo: RunningDemo) -> None:
    endpoints = demo.endpoints()
    with Demo(endpoints) as api, _portal(endpoints["portal"]) as portal:
        found = api.machines().values()
        machine = next(m for m in found if m["source_kind"] == "vmware" and not m["is_template"])
        path = f"/machines/{machine['machine_id']}"
        async with _changes_from_now(endpoints["kafka"]["bootstrap_servers"]) as consumer:
            with _vcenter(endpoints["vcenter"]) as content:
                _add_disk(content, machine["name"])
            added_at = time.monotonic()
            event = await _next_change(consumer, machine["machine_id"], "disk-added")
        assert event["after"]["size_bytes"] == 11 * 1024**3
        _until(lambda: len(api.get(path)["disks"]) == len(machine["disks"]) + 1, added_at)
        _until(
            lambda: "disk-added" in {change["kind"] for change in api.get(f"{path}/changes")["items"]},
            added_at,
        )
        _until(lambda: event["after"]["name"] in portal.get(path).text, added_at)


def test_interrupt_leaves_no_process_and_no_port(tmp_path: Path) -> None:
    running = RunningDemo(tmp_path, vms=3, hyperv_vms=2, seed=3)
    try:
        running.wait_for_result()
        ports = {_port(url) for url in _urls(running.endpoints())}
        children = psutil.Process(running.process.pid).children(recursive=True)
        assert len(children) > len(ports)
        assert running.interrupt() == 0
    finally:
        running.end()
    assert [child for child in children if child.is_running() and child.status() != "zombie"] == []
    assert [port for port in ports if _listens(port)] == []
    assert not (running.output / "endpoints.json").exists()


def test_two_demos_run_at_the_same_time(demo: RunningDemo, tmp_path: Path) -> None:
    other = RunningDemo(tmp_path, vms=2, hyperv_vms=1, seed=11, once=True)
    try:
        assert other.process.wait(600) == 0, other.said()
        result = json.loads((other.output / "result.json").read_text())
    finally:
        other.end()
    assert result["machines_discovered"] == {"vmware": 2, "hyperv": 1}
    assert demo.process.poll() is None


def _until(condition: Callable[[], bool], since: float) -> None:
    while not condition():
        assert time.monotonic() - since < CHANGE_VISIBLE_SECONDS
        time.sleep(0.2)


@contextmanager
def _vcenter(endpoint: dict[str, str]) -> Iterator[Any]:
    instance = SmartConnect(
        host=endpoint["host"],
        port=int(endpoint["port"]),
        user=endpoint["username"],
        pwd=endpoint["password"],
        sslContext=ssl.create_default_context(cafile=endpoint["ca_file"]),
    )
    try:
        yield instance.RetrieveContent()
    finally:
        Disconnect(instance)
        instance._stub.DropConnections()  # or its sockets stay open


def _add_disk(content: Any, name: str) -> None:
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    vm = next(vm for vm in view.view if vm.name == name)
    devices = vm.config.hardware.device
    controller = next(d for d in devices if isinstance(d, vim.vm.device.VirtualSCSIController))
    units = [d.unitNumber for d in devices if d.controllerKey == controller.key]
    disk = vim.vm.device.VirtualDisk(
        controllerKey=controller.key,
        unitNumber=max(units) + 1,
        capacityInKB=11 * 1024**2,
        backing=vim.vm.device.VirtualDisk.FlatVer2BackingInfo(
            diskMode="persistent", thinProvisioned=True, fileName=""
        ),
    )
    change = vim.vm.device.VirtualDeviceSpec(operation="add", fileOperation="create", device=disk)
    WaitForTask(vm.ReconfigVM_Task(vim.vm.ConfigSpec(deviceChange=[change])))


@asynccontextmanager
async def _changes_from_now(bootstrap_servers: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers)
    await consumer.start()
    try:
        consumer.subscribe(["environment-changes"])
        while not consumer.assignment():
            await consumer.getmany(timeout_ms=200)
        await consumer.seek_to_end()
        yield consumer
    finally:
        await consumer.stop()


async def _next_change(consumer: AIOKafkaConsumer, machine_id: str, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(CHANGE_VISIBLE_SECONDS):
        async for message in consumer:
            event: dict[str, Any] = json.loads(message.value)
            if (event["machine_id"], event["kind"]) == (machine_id, kind):
                return event
    raise AssertionError("unreachable")


@contextmanager
def _portal(endpoint: dict[str, str]) -> Iterator[httpx.Client]:
    """A client that is signed in to the portal."""
    with httpx.Client(base_url=endpoint["url"], trust_env=False, follow_redirects=True, timeout=30) as client:
        form = client.get("/sign-in").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', form)
        fields = {"api_key": endpoint["api_key"]} | ({"csrf_token": token.group(1)} if token else {})
        assert client.post("/sign-in", data=fields).status_code == 200
        yield client


def _urls(endpoints: dict[str, dict[str, str]]) -> Iterator[str]:
    for fields in endpoints.values():
        for name, value in fields.items():
            if name.endswith("url"):
                yield value
            elif name == "bootstrap_servers":
                yield f"kafka://{value}"


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
