"""Surveyor from a terminal."""
