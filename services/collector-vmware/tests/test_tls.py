"""A source's certificate is checked before anything is sent to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from collector_vmware.adapters.vsphere_session import VsphereSession
from collector_vmware.errors import CertificateRefused, LoginRefused, SourceUnreachable
from collector_vmware.settings import SourceSettings
from devstack.fixtures.vcenter import RunningVCenter
from devstack.ports import free_port

pytestmark = pytest.mark.parts


@pytest.fixture
def source(vcenter: RunningVCenter, tmp_path: Path) -> SourceSettings:
    password_file = tmp_path / "password"
    password_file.write_text(vcenter.password)
    address = urlsplit(vcenter.url)
    return SourceSettings.model_validate(
        {
            "source_id": "tls",
            "host": address.hostname,
            "port": address.port,
            "username": vcenter.username,
            "password_file": password_file,
        }
    )


def with_tls(source: SourceSettings, **tls: Any) -> SourceSettings:
    return SourceSettings.model_validate({**source.model_dump(), "tls": tls})


@pytest.fixture
def sessions() -> Iterator[list[VsphereSession]]:
    opened: list[VsphereSession] = []
    yield opened
    for session in opened:
        session.logout()


def test_a_self_signed_certificate_is_refused_unless_the_settings_trust_it(source: SourceSettings) -> None:
    with pytest.raises(CertificateRefused, match="self-signed"):
        VsphereSession.login(source)


def test_authority_thumbprint_or_an_explicit_word_let_it_pass(
    source: SourceSettings, vcenter: RunningVCenter, sessions: list[VsphereSession]
) -> None:
    for tls in ({"ca_file": vcenter.ca_file}, {"thumbprint": vcenter.thumbprint}, {"verify": False}):
        sessions.append(VsphereSession.login(with_tls(source, **tls)))
        assert sessions[-1].facts.kind == "vcenter"


def test_another_thumbprint_is_refused_and_both_are_named(
    source: SourceSettings, vcenter: RunningVCenter
) -> None:
    with pytest.raises(CertificateRefused) as refused:
        VsphereSession.login(with_tls(source, thumbprint="ab" * 32))
    assert "ab" * 32 in refused.value.message
    assert vcenter.thumbprint.replace(":", "").lower() in refused.value.message


def test_a_wrong_password_is_named_as_such_and_not_shown(
    source: SourceSettings, vcenter: RunningVCenter
) -> None:
    source.password_file.write_text("canary-of-a-password")
    with pytest.raises(LoginRefused, match="refused user name or password") as refused:
        VsphereSession.login(with_tls(source, ca_file=vcenter.ca_file))
    assert "canary" not in str(refused.value)


def test_a_password_file_that_went_away_is_named(source: SourceSettings, vcenter: RunningVCenter) -> None:
    source.password_file.unlink()
    trusted = source.model_copy(update={"tls": source.tls.model_copy(update={"ca_file": vcenter.ca_file})})
    with pytest.raises(LoginRefused, match="cannot read"):
        VsphereSession.login(trusted)


def test_nobody_at_the_address_is_unreachable(source: SourceSettings) -> None:
    with pytest.raises(SourceUnreachable, match="Connection refused"):
        VsphereSession.login(source.model_copy(update={"port": free_port()}))
