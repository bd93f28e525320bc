"""Events, topics and tables that Surveyor's parts share."""
