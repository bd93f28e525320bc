"""Sealed messages, both ends in this process."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import spnego
from hypothesis import given, settings
from hypothesis import strategies as st

from devstack.hyperv.auth import ConnectionSecurity, Credentials, SealError

_CREDENTIALS = Credentials("svc", "s3cret")


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of accounts that the NTLM acceptor reads."""
    users = tmp_path_factory.mktemp("ntlm") / "users"
    users.write_text(":svc:s3cret\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTLM_USER_FILE", str(users))
        yield users


@pytest.fixture
def connection(accounts: Path) -> ConnectionSecurity:
    return ConnectionSecurity(_CREDENTIALS, is_tls=False)


def _log_in(connection: ConnectionSecurity) -> spnego.ContextProxy:
    options = spnego.NegotiateOptions.use_ntlm | spnego.NegotiateOptions.wrapping_winrm
    client = spnego.client("svc", "s3cret", protocol="ntlm", options=options)
    token = client.step()
    while token is not None:
        outcome = connection.authenticate(f"Negotiate {base64.b64encode(token).decode()}")
        answer = outcome.challenges[0].split()[1] if outcome.challenges else None
        token = client.step(base64.b64decode(answer)) if answer else None
    assert outcome.granted
    return client


def _open(client: spnego.ContextProxy, sealed: bytes) -> bytes:
    payload = sealed.split(b"application/octet-stream\r\n", 1)[1].removesuffix(b"--Encrypted Boundary--\r\n")
    length = int.from_bytes(payload[:4], "little")
    return client.unwrap_winrm(payload[4 : 4 + length], payload[4 + length :])


def _seal(client: spnego.ContextProxy, message: bytes, announced: int | None = None) -> bytes:
    header, data, padding = client.wrap_winrm(message)
    length = len(message) + padding if announced is None else announced
    head = b"--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n"
    head += b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n" % length
    body = b"--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
    return head + body + len(header).to_bytes(4, "little") + header + data + b"--Encrypted Boundary--\r\n"


def test_messages_pass_both_ways_and_are_unreadable_between(connection: ConnectionSecurity) -> None:
    client = _log_in(connection)
    for number in range(3):
        message = b"<question/>" * (number + 1)
        sealed = _seal(client, message)
        assert b"question" not in sealed
        assert connection.unseal(sealed) == message
        assert _open(client, connection.seal(message)) == message


def test_part_headers_begin_with_a_tab(connection: ConnectionSecurity) -> None:
    _log_in(connection)
    lines = connection.seal(b"<answer/>").split(b"\r\n")
    assert lines[1:3] == [
        b"\tContent-Type: application/HTTP-SPNEGO-session-encrypted",
        b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=9",
    ]


_SPOILERS: list[Callable[[bytes], bytes]] = [
    lambda sealed: sealed[:-40],
    lambda sealed: sealed.replace(b"\r\n", b"\n"),
    lambda sealed: b"",
    lambda sealed: sealed[::-1],
]


@pytest.mark.parametrize("spoil", _SPOILERS)
def test_a_malformed_message_is_refused(
    connection: ConnectionSecurity, spoil: Callable[[bytes], bytes]
) -> None:
    client = _log_in(connection)
    with pytest.raises(SealError):
        connection.unseal(spoil(_seal(client, b"<question/>")))


def test_a_changed_message_is_refused(connection: ConnectionSecurity) -> None:
    client = _log_in(connection)
    sealed = bytearray(_seal(client, b"<question/>"))
    sealed[-30] ^= 1
    with pytest.raises(SealError):
        connection.unseal(bytes(sealed))


def test_a_message_of_another_length_than_announced_is_refused(connection: ConnectionSecurity) -> None:
    with pytest.raises(SealError):
        connection.unseal(_seal(_log_in(connection), b"<question/>", announced=5))


def test_nothing_is_unsealed_before_the_login(connection: ConnectionSecurity) -> None:
    with pytest.raises(SealError):
        connection.unseal(b"anything")


def test_a_failed_login_ends_the_one_before(connection: ConnectionSecurity) -> None:
    _log_in(connection)
    assert connection.authenticate("").granted
    assert not connection.authenticate("Negotiate AAAA").granted
    assert not connection.authenticate("").granted


@settings(max_examples=400, deadline=None)
@given(tokens=st.lists(st.binary(max_size=80), max_size=3), is_ntlm=st.booleans())
def test_no_token_but_the_right_one_lets_in(accounts: Path, tokens: list[bytes], is_ntlm: bool) -> None:
    connection = ConnectionSecurity(_CREDENTIALS, is_tls=False)
    for token in tokens:
        whole = b"NTLMSSP\0" + token if is_ntlm else token
        assert not connection.authenticate(f"Negotiate {base64.b64encode(whole).decode()}").granted
