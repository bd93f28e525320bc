"""The web pages, a client of the query API."""
