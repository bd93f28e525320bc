"""Planted passwords are in no event, log line, metric, status, error, spool file or finding of a check."""

import base64
import json
import urllib.parse
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devstack.fixtures.collector import Published, published, running
from devstack.hyperv.fixture import RunningHost
from devstack.ports import free_port
from surveyor_kit.settings import KafkaSettings

from .running_collector import a_collector, heartbeat, source_for

pytestmark = pytest.mark.parts


def spellings(secret: str) -> Iterator[bytes]:
    """Every way in which a secret could have come out."""
    for text in (secret, f"surveyor:{secret}"):
        for encoded in (text.encode(), text.encode("utf-16-le")):
            yield encoded
            yield encoded.hex().encode()
            # Inside longer base64 only whole groups of three bytes look the same.
            for skipped in range(3):
                yield base64.b64encode(encoded[skipped:])[4:-4]
    yield urllib.parse.quote(secret, safe="").encode()
    yield urllib.parse.quote(secret).encode()
    yield json.dumps(secret)[1:-1].encode()
    yield repr(secret)[1:-1].encode()


def leaks(said: bytes, secret: str) -> list[bytes]:
    """The spellings of a secret that were said."""
    return [spelling for spelling in spellings(secret) if spelling in said]


@pytest.mark.parametrize(
    "leak",
    [
        lambda secret: f"login of surveyor with {secret} failed".encode(),
        lambda secret: b"Authorization: Basic " + base64.b64encode(f"surveyor:{secret}".encode()),
        lambda secret: json.dumps({"error": f"bad password: {secret}"}).encode(),
        lambda secret: secret.encode("utf-16-le").hex().encode(),
        lambda secret: f"https://surveyor:{urllib.parse.quote(secret)}@host/wsman".encode(),
        lambda secret: repr({"password": secret}).encode(),
    ],
)
def test_the_search_finds_a_planted_leak(leak: Any) -> None:
    secret = f'c@nary/"{uuid.uuid4().hex}'
    assert leaks(b"before " + leak(secret) + b" after", secret)
    assert not leaks(leak("another secret altogether"), secret)


def canary(kind: str) -> str:
    return f"c@nary/{kind}-{uuid.uuid4().hex}"


async def test_forced_failures_tell_no_password(
    broker: KafkaSettings,
    host: RunningHost,
    shared_host: RunningHost,
    tls_host: RunningHost,
    source_id: str,
    tmp_path: Path,
) -> None:
    refused, over_tls, untrusted, unread = (canary(kind) for kind in ("ntlm", "basic", "tls", "away"))
    sources = [
        source_for(shared_host, source_id),
        source_for(host, f"{source_id}-refused", password=refused),
        source_for(tls_host, f"{source_id}-tls", password=over_tls, auth="basic"),
        source_for(tls_host, f"{source_id}-untrusted", password=untrusted, tls={}),
        source_for(host, f"{source_id}-away", password=unread, port=free_port()),
    ]
    collector = a_collector(tmp_path, broker, sources)
    collector.environment["SURVEYOR_LOG__LEVEL"] = "DEBUG"
    shared_host.control.order_lost_logins(times=2)
    async with published(broker, source_id) as read, running(collector):
        beat = await read.until(lambda seen: all_have_failed(seen) and heartbeat(seen))
        failing = collector.failing_checks()
        said = [collector.metrics(), json.dumps(failing), *(event.model_dump_json() for event in read.events)]
    checked = collector.run_beside("--check")
    assert checked.returncode == 1
    spooled = b"".join(path.read_bytes() for path in (tmp_path / "spool").rglob("*") if path.is_file())
    everything = "\n".join([collector.log_text(), *said, checked.stdout, checked.stderr]).encode() + spooled
    for secret in (refused, over_tls, untrusted, unread, shared_host.password):
        assert leaks(everything, secret) == []

    errors = {source.source_id: source.last_error for source in beat.sources if source.last_error}
    error = errors[f"{source_id}-refused"]
    assert (error.code, error.message) == (
        "login-refused",
        f"{host.host}:{host.port}: the host does not accept the account",
    )
    assert errors[f"{source_id}-tls"].code == "login-refused"
    assert errors[f"{source_id}-untrusted"].code == "certificate-refused"
    assert errors[f"{source_id}-away"].code == "unreachable"
    assert failing[f"source {source_id}-refused"] == f"{host.host}:{host.port}: login-refused"
    # The search has looked where something was said.
    for code in ("login-refused", "certificate-refused", "unreachable"):
        assert code in collector.log_text()
        assert code in checked.stdout
        assert code in said[0]


def all_have_failed(seen: Published) -> bool:
    beat = heartbeat(seen)
    return beat is not None and sum(source.last_error is not None for source in beat.sources) >= 4
