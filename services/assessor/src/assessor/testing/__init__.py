"""Stand-ins for what the assessor talks to, for tests."""
