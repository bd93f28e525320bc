from pathlib import Path

import pytest

from collector_hyperv.adapters.wsman.connection import unavailable_reason
from collector_hyperv.settings import CollectorHypervSettings, SourceSettings, load_sources
from surveyor_kit.settings import load_settings

GOOD = "- {source_id: lab, host: hv1, username: reader, password: canary-secret}\n"


def sources_file(folder: Path, text: str) -> Path:
    file = folder / "sources.yaml"
    file.write_text(text)
    return file


def test_a_source_has_safe_defaults(tmp_path: Path) -> None:
    (source,) = load_sources(sources_file(tmp_path, GOOD))
    assert source.endpoints("hv1") == ("https://hv1:5986/wsman", "http://hv1:5985/wsman")
    assert (source.host_key("hv1"), source.site_name, source.tls.verify) == ("hv1", "lab", True)


@pytest.mark.parametrize(
    ("changes", "endpoints", "host_key"),
    [
        ("transport: https", ["https://hv1:5986/wsman"], "hv1:5986"),
        ("transport: http", ["http://hv1:5985/wsman"], "hv1:5985"),
        ("auth: basic", ["https://hv1:5986/wsman"], "hv1:5986"),
        ("port: 7000", ["https://hv1:7000/wsman"], "hv1:7000"),
        ("transport: http, port: 7000", ["http://hv1:7000/wsman"], "hv1:7000"),
    ],
)
def test_http_is_a_way_only_for_logins_that_encrypt(
    tmp_path: Path, changes: str, endpoints: list[str], host_key: str
) -> None:
    (source,) = load_sources(sources_file(tmp_path, GOOD.replace("}", f", {changes}}}")))
    assert list(source.endpoints("hv1")) == endpoints
    assert source.host_key("hv1") == host_key


def test_a_password_can_stand_in_a_file_beside_the_sources(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("canary-secret\n")
    text = "- {source_id: lab, host: hv1, username: reader, password_file: password}"
    (source,) = load_sources(sources_file(tmp_path, text))
    assert password_of(source) == "canary-secret"
    assert "canary" not in repr(source)
    (tmp_path / "password").write_text("another")
    assert password_of(source) == "another"
    (tmp_path / "password").unlink()
    with pytest.raises(ValueError, match="cannot read"):
        source.credentials()


def password_of(source: SourceSettings) -> str:
    _, password = source.credentials()
    assert password is not None
    return password.get_secret_value()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{a: b}", "must be a list of sources"),
        ("[]", "must be a list of sources"),
        ("- [canary-secret", "is neither YAML nor JSON (line"),
        (GOOD + GOOD, "source_id lab stands there twice"),
        ("- {host: hv1, username: u, password: p}", "source number 1: source_id: must be set"),
        ("- {source_id: a, username: u, password: p}", "source a: give either host or hosts"),
        ("- {source_id: a, hosts: [x, x], username: u, password: p}", "names a host twice"),
        ("- {source_id: a, host: x, username: u}", "auth ntlm needs password or password_file"),
        ("- {source_id: a, host: x, password: p}", "auth ntlm needs username"),
        (GOOD.replace("}", ", password_file: sources.yaml}"), "each itself or by its file, not both"),
        (GOOD.replace("}", ", tls: {ca_file: nowhere}}"), "tls: ca_file: cannot read"),
        ("- {source_id: a, host: x, user: u}", "source a: user: is not a setting"),
        (
            "- {source_id: a, host: x, transport: http, auth: basic, username: u, password: canary-secret}",
            "auth basic sends messages in the clear over http",
        ),
        (
            "- {source_id: a, host: x, transport: http, auth: certificate}",
            "auth certificate sends messages in the clear over http",
        ),
        ("- {source_id: a, host: x, auth: certificate}", "needs tls.client_certificate_file"),
        (
            "- {source_id: a, host: x, username: u, password_file: nowhere}",
            "password_file: cannot read",
        ),
    ],
)
def test_a_wrong_source_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ValueError) as fault:
        load_sources(sources_file(tmp_path, text))
    assert says in str(fault.value)
    assert "canary-secret" not in str(fault.value)


def test_wrong_sources_end_the_start_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SURVEYOR_COLLECTOR_HYPERV__SPOOL_DIR", str(tmp_path))
    monkeypatch.setenv(
        "SURVEYOR_COLLECTOR_HYPERV__SOURCES_FILE", str(sources_file(tmp_path, "- {source_id: a}"))
    )
    with pytest.raises(SystemExit) as ended:
        load_settings(CollectorHypervSettings)
    assert ended.value.code == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("SURVEYOR_COLLECTOR_HYPERV__SOURCES_FILE: ")


def test_a_login_method_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collector_hyperv.adapters.wsman.connection.HAVE_KERBEROS", False)
    assert unavailable_reason("kerberos") == "auth kerberos needs the extra collector-hyperv[kerberos]"
    assert unavailable_reason("ntlm") is None
