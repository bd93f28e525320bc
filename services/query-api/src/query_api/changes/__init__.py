"""What changed about machines, as a list and live."""
