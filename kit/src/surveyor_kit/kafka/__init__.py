"""The Kafka edge: publish until acknowledged, consume with commits of our own, declare topics."""

from surveyor_kit.kafka.compacted import read_compacted
from surveyor_kit.kafka.consumer import EventConsumer
from surveyor_kit.kafka.options import client_options
from surveyor_kit.kafka.publisher import EventPublisher
from surveyor_kit.kafka.records import Acknowledged, Publisher, ReceivedEvent, decode_received
from surveyor_kit.kafka.topic_admin import TopicAdmin, TopicChange, check_topics

__all__ = [
    "Acknowledged",
    "EventConsumer",
    "EventPublisher",
    "Publisher",
    "ReceivedEvent",
    "TopicAdmin",
    "TopicChange",
    "check_topics",
    "client_options",
    "decode_received",
    "read_compacted",
]
