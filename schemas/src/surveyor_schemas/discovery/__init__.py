"""What a source says of its machines, in the source's own words and units (topic `discovery-raw`)."""
