"""Rows, documents and a client for tests; shipped, but imported by tests only."""
