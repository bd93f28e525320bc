"""Readiness, size, cost and confidence of one machine, worked out the slow way."""
