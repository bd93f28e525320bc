"""One module per page: what it asks the API for, and which template shows it."""
