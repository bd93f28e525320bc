"""Commands that are calls of the API."""
