"""The outside: ClickHouse and Faust."""
