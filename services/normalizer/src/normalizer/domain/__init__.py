"""What raw events mean: pure functions from values to values."""
