"""Settings, logging, metrics, tracing, health, Kafka edge, ClickHouse client."""
