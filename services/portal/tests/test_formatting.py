from datetime import UTC, datetime, timedelta

import pytest

from portal import formatting

NOW = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "shown",
    [
        formatting.number(None),
        formatting.percent(None),
        formatting.share(None),
        formatting.money(None, "EUR"),
        formatting.memory(None),
        formatting.size_of_bytes(None),
        formatting.short(None, "MB/s"),
        formatting.utc(None),
        formatting.ago(None, NOW),
        formatting.duration(None),
        formatting.yes_no(None),
        formatting.named(None, "boot_type"),
        formatting.or_unknown(""),
    ],
)
def test_unknown_is_a_dash_that_says_so_and_never_zero(shown: str) -> None:
    assert shown == '<span class="unknown" title="not known">–</span>'


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("71.425", "71.43 EUR"), ("0", "0.00 EUR"), ("1234567.005", "1 234 567.01 EUR"), ("2.675", "2.68 EUR")],
)
def test_money_has_two_decimals_half_up_and_its_currency(amount: str, shown: str) -> None:
    assert formatting.money(amount, "EUR").replace("\u202f", " ") == shown


@pytest.mark.parametrize(
    ("mib", "shown"),
    [(0, "0 B"), (512, "512 MiB"), (4096, "4 GiB"), (6656, "6.5 GiB"), (1536 * 1024, "1.5 TiB")],
)
def test_memory_has_the_binary_unit_that_fits(mib: int, shown: str) -> None:
    assert formatting.memory(mib).replace("\u202f", " ") == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(1240.4, "1 240"), (87.54, "87.5"), (0.042, "0.04"), (3.0, "3")]
)
def test_measured_values_have_as_many_digits_as_help(value: float, shown: str) -> None:
    assert formatting.short(value).replace("\u202f", " ") == shown


def test_zero_has_no_minus() -> None:
    assert formatting.number(-0.04, 1) == "0.0"


def test_time_is_shown_in_utc() -> None:
    shown = formatting.utc("2026-02-03T05:05:06+01:00", True)
    assert shown == '<time datetime="2026-02-03T04:05:06+00:00">2026-02-03 04:05:06 UTC</time>'


@pytest.mark.parametrize(
    ("seconds", "words"), [(3, "3 s ago"), (75, "1 min ago"), (7_300, "2 h ago"), (3 * 86_400, "3 d ago")]
)
def test_age_is_in_one_unit_with_the_exact_time_behind_it(seconds: int, words: str) -> None:
    shown = formatting.ago(NOW - timedelta(seconds=seconds), NOW).replace("\u202f", " ")
    assert f">{words}<" in shown
    assert "UTC" in shown


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("NoVmSizeFound", "No VM size found"),
        ("machine-added", "Machine added"),
        ("disk_iops", "Disk IOPS"),
        ("UnendorsedLinuxDistributions", "Unendorsed linux distributions"),
    ],
)
def test_identifiers_become_words(identifier: str, words: str) -> None:
    assert formatting.label(identifier) == words


def test_value_that_is_new_to_the_portal_stays_as_it_is() -> None:
    assert formatting.named("paused", "power_state") == "paused"


def test_counts_keep_one_order_and_lose_nothing() -> None:
    counts = {"off": 1, "on": 2, "paused": 3}
    assert list(formatting.in_order(counts, "power_state").items()) == [("on", 2), ("off", 1), ("paused", 3)]


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0 %"), (0.004, "below 0.01 %"), (0.297, "0.30 %"), (100, "100 %")]
)
def test_tiny_share_does_not_look_like_none(value: float, shown: str) -> None:
    assert formatting.share(value).replace("\u202f", " ") == shown
