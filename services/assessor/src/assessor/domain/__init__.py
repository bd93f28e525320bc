"""Readiness, size, cost and confidence of a machine: pure functions over values."""
