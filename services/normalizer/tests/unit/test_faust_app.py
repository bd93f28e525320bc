import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
from faust.auth import SASLCredentials, SSLCredentials

from normalizer import streams
from normalizer.adapters.faust_app import broker_credentials, create_app
from normalizer.intake import Intake
from normalizer.settings import NormalizerSettings
from normalizer.streams import Stream, StreamDeps
from surveyor_kit.errors import DeadLetterLimitExceeded
from surveyor_kit.health import Health
from surveyor_kit.lifecycle import Stopping
from surveyor_kit.settings import KafkaSettings

SASL = {"sasl_username": "normalizer", "sasl_password": "secret", "sasl_mechanism": "SCRAM-SHA-256"}


def kafka(**settings: Any) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers="a:1, b:2", **settings)


def test_an_open_broker_needs_no_credentials() -> None:
    assert broker_credentials(kafka()) is None


@pytest.mark.parametrize("protocol", ["SASL_PLAINTEXT", "SASL_SSL"])
def test_sasl_credentials_keep_mechanism_and_protocol(protocol: str) -> None:
    credentials = broker_credentials(kafka(security_protocol=protocol, **SASL))
    assert isinstance(credentials, SASLCredentials)
    assert (credentials.username, credentials.password) == ("normalizer", "secret")
    assert (credentials.mechanism.value, credentials.protocol.value) == ("SCRAM-SHA-256", protocol)


def test_tls_verifies_the_broker() -> None:
    credentials = broker_credentials(kafka(security_protocol="SSL"))
    assert isinstance(credentials, SSLCredentials)
    assert credentials.context.verify_mode is ssl.CERT_REQUIRED


def test_the_application_serves_no_pages_and_declares_no_topics(tmp_path: Path) -> None:
    app = create_app(NormalizerSettings(data_dir=tmp_path / "a" / "b"), kafka())
    conf = app.conf
    assert (conf.web_enabled, conf.web_tables_enabled, conf.web_router_enabled) == (False, False, False)
    assert conf.topic_allow_declare is False
    assert [str(url) for url in conf.broker] == ["aiokafka://a:1", "aiokafka://b:2"]


class FailingIntake(Intake):
    """Fails with what it is given."""

    def __init__(self, error: BaseException) -> None:
        self._error = error

    async def take(self, received: Any, acknowledge: Any) -> None:
        raise self._error


class Ended(BaseException):
    """Stands for the end of the process."""


def handling(error: BaseException, *, stopping: bool = False) -> tuple[Any, Health]:
    health, asked = Health(), Stopping()
    if stopping:
        asked.set()
    stream = Stream("performance-raw", FailingIntake(error), 1, 1)
    return streams._handle(stream, [], StreamDeps([stream], health, asked), ack), health


async def ack(event: Any) -> None:
    """Never called: nothing is done."""
    raise AssertionError(event)


@pytest.fixture
def process_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(error: BaseException) -> None:
        raise Ended from error

    monkeypatch.setattr(streams, "end_process", end)


@pytest.mark.usefixtures("process_end")
@pytest.mark.parametrize("error", [ValueError(), asyncio.CancelledError(), SystemExit()], ids=repr)
async def test_whatever_a_handler_raises_ends_the_process(error: BaseException) -> None:
    handled, _ = handling(error)
    with pytest.raises(Ended):
        await handled


@pytest.mark.usefixtures("process_end")
async def test_a_cancelled_batch_of_a_stopping_process_is_left_unacknowledged() -> None:
    handled, _ = handling(asyncio.CancelledError(), stopping=True)
    with pytest.raises(asyncio.CancelledError):
        await handled


@pytest.mark.usefixtures("process_end")
async def test_too_many_dead_letters_halt_the_stream_and_show_in_readiness() -> None:
    handled, health = handling(DeadLetterLimitExceeded("501 of 10000"))
    halted = asyncio.ensure_future(handled)
    done, _ = await asyncio.wait({halted}, timeout=0.2)
    assert not done
    assert health.failing() == {"dead_letters": "performance-raw: 501 of 10000"}
    halted.cancel()
