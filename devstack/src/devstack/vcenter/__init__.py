"""A simulated vCenter: govmomi's simulator with a varied fleet and truthful performance data."""

from devstack.vcenter.build import simulator_binary
from devstack.vcenter.server import DEFAULT_MACHINES, VCenter, answers

__all__ = ["DEFAULT_MACHINES", "VCenter", "answers", "simulator_binary"]
