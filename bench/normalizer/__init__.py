"""From a topic of samples to queryable rows: Surveyor's normalizer beside ClickHouse's Kafka engine."""
