"""Named sets of machines."""
