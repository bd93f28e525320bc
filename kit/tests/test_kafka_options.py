import ssl

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    OutOfOrderSequenceNumber,
    RequestTimedOutError,
    TopicAuthorizationFailedError,
)
from pydantic import SecretStr, ValidationError

from surveyor_kit.kafka import client_options
from surveyor_kit.kafka.options import is_passing, is_refusal
from surveyor_kit.settings import KafkaSettings


def test_plain_connection_needs_no_credentials() -> None:
    options = client_options(KafkaSettings(bootstrap_servers="broker:9092"))
    assert options["bootstrap_servers"] == "broker:9092"
    assert not {"ssl_context", "sasl_plain_password"} & options.keys()


def test_sasl_over_tls_verifies_the_broker_and_gives_credentials() -> None:
    options = client_options(
        KafkaSettings(
            bootstrap_servers="broker:9093",
            security_protocol="SASL_SSL",
            sasl_username="me",
            sasl_password=SecretStr("hunter2"),
        )
    )
    assert options["ssl_context"].verify_mode is ssl.CERT_REQUIRED
    assert options["ssl_context"].check_hostname
    assert (options["sasl_mechanism"], options["sasl_plain_password"]) == ("SCRAM-SHA-512", "hunter2")


@pytest.mark.parametrize("servers", ["broker", ":9092", "broker:kafka", "a:1,b"])
def test_address_without_host_and_port_is_refused(servers: str) -> None:
    with pytest.raises(ValidationError, match="host:port"):
        KafkaSettings(bootstrap_servers=servers)


def test_faults_are_told_from_refusals_and_from_a_broken_producer() -> None:
    assert is_refusal(TopicAuthorizationFailedError("machines"))
    assert is_passing(RequestTimedOutError())
    assert is_passing(KafkaConnectionError())
    assert not is_passing(OutOfOrderSequenceNumber())
    assert not is_refusal(OutOfOrderSequenceNumber())
