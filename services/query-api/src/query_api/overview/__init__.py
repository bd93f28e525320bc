"""The estate in a few numbers."""
