"""From counters in a source's units to canonical series."""
