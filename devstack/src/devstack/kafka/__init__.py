"""Apache Kafka itself, from its published jars: one KRaft node on free ports."""

from devstack.kafka.broker import Broker, answers
from devstack.kafka.jars import KAFKA_VERSION, kafka_jars
from devstack.kafka.java import find_java

__all__ = ["KAFKA_VERSION", "Broker", "answers", "find_java", "kafka_jars"]
