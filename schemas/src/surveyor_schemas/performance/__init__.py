"""Samples of counters as the sources give them (topic `performance-raw`)."""
