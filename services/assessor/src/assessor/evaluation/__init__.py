"""Assessing machines from a file, without a server."""
