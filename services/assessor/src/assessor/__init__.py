"""Readiness, right size, monthly cost and confidence of a group of machines."""
