"""What a simulated host knows of its own machines, for comparison with what the collector says."""

from dataclasses import fields
from typing import Any

from devstack.hyperv.fixture import RunningHost
from devstack.hyperv.machine import Wave


def machines_by_name(host: RunningHost) -> dict[str, dict[str, Any]]:
    """The machines as the simulator's control endpoint lists them."""
    return {machine["name"]: machine for machine in host.control.list_machines()}


def wave(values: dict[str, Any]) -> Wave:
    """A wave as the simulator computes with it."""
    return Wave(**{field.name: values[field.name] for field in fields(Wave)})


def mean_rate(values: dict[str, Any], since_seconds: float, until_seconds: float) -> float:
    """The mean of a wave over a stretch of the host's uptime."""
    return wave(values).total(since_seconds, until_seconds) / (until_seconds - since_seconds)
