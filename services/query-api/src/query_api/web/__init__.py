"""What all endpoints share: problems, pages, headers, the caller's dependencies."""
