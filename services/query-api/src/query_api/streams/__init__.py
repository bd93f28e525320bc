"""What query-api reads from Kafka."""
