"""Uploaded files of machines: read, reported, published to `discovery-raw`."""
