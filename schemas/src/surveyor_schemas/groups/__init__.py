"""Groups of machines (topic `groups`)."""
