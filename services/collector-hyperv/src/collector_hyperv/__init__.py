"""Follows Hyper-V hosts by CIM over WS-Man and publishes what they say."""
