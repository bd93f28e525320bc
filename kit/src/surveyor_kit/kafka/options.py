"""What every Kafka client of ours is given, and which of the library's errors pass by themselves."""

import ssl
from typing import Any

from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    BrokerResponseError,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedVersionError,
)

from surveyor_kit.settings import KafkaSettings

RETRY_BACKOFF_MS = 250
"""How long the library itself waits; it logs each of its attempts while the broker is away."""

_REFUSALS = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    InvalidTopicError,
    MessageSizeTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedVersionError,
)


def client_options(settings: KafkaSettings) -> dict[str, Any]:
    """Return the keyword arguments that aiokafka's clients share: address, TLS, SASL."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.bootstrap_servers,
        "security_protocol": settings.security_protocol,
        "retry_backoff_ms": RETRY_BACKOFF_MS,
    }
    if settings.security_protocol in ("SSL", "SASL_SSL"):
        options["ssl_context"] = ssl_context(settings)
    if settings.sasl_password and settings.security_protocol.startswith("SASL"):
        options["sasl_mechanism"] = settings.sasl_mechanism
        options["sasl_plain_username"] = settings.sasl_username
        options["sasl_plain_password"] = settings.sasl_password.get_secret_value()
    return options


def ssl_context(settings: KafkaSettings) -> ssl.SSLContext:
    """Return a context that verifies the broker, and shows our certificate if there is one."""
    context = ssl.create_default_context(cafile=settings.ssl_cafile)
    if settings.ssl_certfile:
        context.load_cert_chain(settings.ssl_certfile, settings.ssl_keyfile)
    return context


def is_refusal(error: KafkaError) -> bool:
    """Return whether the broker said no, for a reason that repeating does not change."""
    return isinstance(error, _REFUSALS)


def is_passing(error: KafkaError) -> bool:
    """Return whether the library itself deems the error worth a retry on the same connection."""
    return bool(error.retriable) or not isinstance(error, BrokerResponseError)
