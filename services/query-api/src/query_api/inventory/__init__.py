"""Machines as the store has them."""
