"""Canonical machines and what changed about them (topics `machines`, `environment-changes`)."""
