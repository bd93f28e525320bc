"""Performance of one machine: raw samples and 10-minute peaks."""
