"""Fakes and faulty proxies for tests, each held to the behaviour of what it stands for."""

from surveyor_kit.testing.fault_proxy import FaultProxy
from surveyor_kit.testing.in_memory_publisher import InMemoryPublisher
from surveyor_kit.testing.settable_clock import SettableClock

__all__ = ["FaultProxy", "InMemoryPublisher", "SettableClock"]
