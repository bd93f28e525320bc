"""ClickHouse behind the ports."""
