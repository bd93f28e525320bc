"""Raw events to canonical machines, changes, samples and roll-ups."""
