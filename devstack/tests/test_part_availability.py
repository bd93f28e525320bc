"""A part that cannot run is a skip with a reason, or an error where parts are required."""

import pytest

from devstack.fixtures.availability import PartUnavailable, installing, unavailable, use_containers
from devstack.installation import InstallationError
from devstack.ports import free_port, is_free


@pytest.fixture(autouse=True)
def not_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("SURVEYOR_REQUIRE_PARTS", raising=False)


def test_a_missing_part_skips_and_says_why() -> None:
    with pytest.raises(pytest.skip.Exception, match="no browser"):
        unavailable("no browser")


@pytest.mark.parametrize(("variable", "value"), [("CI", "true"), ("SURVEYOR_REQUIRE_PARTS", "1")])
def test_a_missing_part_fails_where_it_is_required(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(PartUnavailable, match="no browser"):
        unavailable("no browser")


def test_a_failed_installation_is_a_missing_part() -> None:
    with (
        pytest.raises(pytest.skip.Exception, match="Go could not be installed: no network"),
        installing("Go"),
    ):
        raise InstallationError("no network")


@pytest.mark.parametrize(("choice", "expected"), [("containers", True), ("devstack", False)])
def test_the_choice_of_parts_is_obeyed(monkeypatch: pytest.MonkeyPatch, choice: str, expected: bool) -> None:
    monkeypatch.setenv("SURVEYOR_TEST_PARTS", choice)
    assert use_containers() is expected


def test_a_misspelt_choice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SURVEYOR_TEST_PARTS", "podman")
    with pytest.raises(ValueError, match="SURVEYOR_TEST_PARTS"):
        use_containers()


def test_ports_handed_out_differ_and_are_free() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    assert all(is_free(port) for port in ports)
