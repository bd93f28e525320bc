"""The ClickHouse engine (chDB) behind ClickHouse's HTTP interface, as far as clickhouse-connect needs it."""

from devstack.clickhouse_front.server import ClickHouse, answers

__all__ = ["ClickHouse", "answers"]
