"""Apache Kafka itself, from its published jars: one KRaft node on free ports."""

from devstack.kafka.broker import Broker, answers
from devstack.kafka.jars import KAFKA_VERSION, kafka_jars

__all__ = ["KAFKA_VERSION", "Broker", "answers", "kafka_jars"]
