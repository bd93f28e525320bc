"""vSphere and Kafka, behind the ports."""
