"""A client of a vCenter that shares no code with the collector: pyvmomi alone."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from pyVim.connect import Disconnect, SmartConnect
from pyVmomi import vim, vmodl

from devstack.fixtures.vcenter import RunningVCenter


class VCenterClient:
    """Reads and changes machines over the vCenter's own API."""

    def __init__(self, instance: Any) -> None:
        self.instance = instance
        self.content = instance.RetrieveContent()

    def machines(self) -> list[Any]:
        """Return all virtual machines and templates."""
        root = self.content.rootFolder
        view = self.content.viewManager.CreateContainerView(root, [vim.VirtualMachine], True)
        found = list(view.view)
        view.Destroy()
        return found

    def names(self) -> list[str]:
        """Return the names of all machines in one call."""
        root = self.content.rootFolder
        view = self.content.viewManager.CreateContainerView(root, [vim.VirtualMachine], True)
        collector = vmodl.query.PropertyCollector
        members = collector.TraversalSpec(type=vim.view.ContainerView, path="view", skip=False)
        spec = collector.FilterSpec(
            objectSet=[collector.ObjectSpec(obj=view, skip=True, selectSet=[members])],
            propSet=[collector.PropertySpec(type=vim.VirtualMachine, pathSet=["name"])],
        )
        found = self.content.propertyCollector.RetrieveContents([spec])
        return [content.propSet[0].val for content in found]

    def named(self, name: str) -> Any:
        """Return the machine of a name."""
        return next(machine for machine in self.machines() if machine.name == name)

    def a_running_machine(self) -> Any:
        """Return a machine that is powered on."""
        return next(machine for machine in self.machines() if machine.runtime.powerState == "poweredOn")

    def reconfigure(self, machine: Any, **changes: Any) -> None:
        """Change a machine's configuration and wait until that is done."""
        self.wait(machine.ReconfigVM_Task(vim.vm.ConfigSpec(**changes)))

    def wait(self, task: Any) -> None:
        """Wait for a task to succeed."""
        while task.info.state in ("queued", "running"):
            pass
        assert task.info.state == "success", task.info.error

    def add_disk(self, machine: Any, capacity_gib: int) -> None:
        """Add a disk to the first SCSI controller."""
        devices = machine.config.hardware.device
        controller = next(d for d in devices if isinstance(d, vim.vm.device.VirtualSCSIController))
        disks = [d for d in devices if isinstance(d, vim.vm.device.VirtualDisk)]
        units = {d.unitNumber for d in disks if d.controllerKey == controller.key}
        disk = vim.vm.device.VirtualDisk(
            key=-1,
            controllerKey=controller.key,
            unitNumber=next(unit for unit in range(16) if unit not in units | {7}),
            capacityInKB=capacity_gib << 20,
            backing=vim.vm.device.VirtualDisk.FlatVer2BackingInfo(
                diskMode="persistent", thinProvisioned=True, fileName=""
            ),
        )
        operation = vim.vm.device.VirtualDeviceSpec(operation="add", fileOperation="create", device=disk)
        self.reconfigure(machine, deviceChange=[operation])

    def grow_disk(self, machine: Any, capacity_gib: int) -> None:
        """Make the first disk larger."""
        devices: list[Any] = machine.config.hardware.device
        disk: Any = next(device for device in devices if isinstance(device, vim.vm.device.VirtualDisk))
        disk.capacityInKB, disk.capacityInBytes = capacity_gib << 20, capacity_gib << 30
        self.reconfigure(
            machine, deviceChange=[vim.vm.device.VirtualDeviceSpec(operation="edit", device=disk)]
        )

    def add_nic(self, machine: Any) -> None:
        """Add a network adapter beside the first one."""
        devices = machine.config.hardware.device
        first = next(d for d in devices if isinstance(d, vim.vm.device.VirtualEthernetCard))
        nic = vim.vm.device.VirtualVmxnet3(key=-1, backing=first.backing)
        self.reconfigure(machine, deviceChange=[vim.vm.device.VirtualDeviceSpec(operation="add", device=nic)])

    def relocate(self, machine: Any) -> str:
        """Move a machine to another host of its cluster and return that host's name."""
        here = machine.runtime.host
        there = next(host for host in here.parent.host if host != here)
        self.wait(machine.RelocateVM_Task(vim.vm.RelocateSpec(host=there)))
        return str(there.name)

    def clone(self, machine: Any, name: str) -> None:
        """Make another machine like this one, beside it."""
        spec = vim.vm.CloneSpec(location=vim.vm.RelocateSpec(), powerOn=False, template=False)
        self.wait(machine.CloneVM_Task(machine.parent, name, spec))

    def move_to_folder(self, machine: Any, name: str) -> None:
        """Move a machine to another folder of its datacenter's VM folder."""
        folder = next(f for f in machine.parent.parent.childEntity if f.name == name)
        self.wait(folder.MoveIntoFolder_Task([machine]))

    def samples(self, machine: Any, counters: list[str], start: Any, end: Any) -> dict[Any, dict[int, int]]:
        """Ask `QueryPerf`: values by (counter, instance), then by epoch seconds."""
        manager = self.content.perfManager
        keys = {f"{c.groupInfo.key}.{c.nameInfo.key}.{c.rollupType}": c.key for c in manager.perfCounter}
        names = {keys[name]: name for name in counters}
        ids = [vim.PerformanceManager.MetricId(counterId=keys[name], instance="*") for name in counters]
        query = vim.PerformanceManager.QuerySpec(
            entity=machine, metricId=ids, intervalId=20, startTime=start, endTime=end, format="normal"
        )
        found = {}
        for entity in manager.QueryPerf([query]):
            times = [int(sample.timestamp.timestamp()) for sample in entity.sampleInfo]
            for series in entity.value:
                name = names[series.id.counterId]
                found[name, series.id.instance] = dict(zip(times, series.value, strict=True))
        return found


@contextmanager
def connected(vcenter: RunningVCenter) -> Iterator[VCenterClient]:
    """Log in for the duration of the block."""
    address = urlsplit(vcenter.url)
    instance = SmartConnect(
        host=address.hostname,
        port=address.port,
        user=vcenter.username,
        pwd=vcenter.password,
        sslContext=ssl.create_default_context(cafile=str(vcenter.ca_file)),
    )
    try:
        yield VCenterClient(instance)
    finally:
        Disconnect(instance)
