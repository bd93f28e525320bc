"""How values read on pages. None is not known, and never shown as zero."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from markupsafe import Markup

UNKNOWN = Markup('<span class="unknown" title="not known">–</span>')
_BINARY_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_CENT = Decimal("0.01")
_SMALLEST_SHARE = 0.01
_THIN_SPACE = "\u202f"
_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ACRONYMS = frozenset({"vm", "os", "cpu", "nic", "ip", "uefi", "bios", "iops", "mac", "ssd", "id"})

SUITABILITIES = {
    "Suitable": "Ready",
    "ConditionallySuitable": "Ready with conditions",
    "NotSuitable": "Not ready",
    "ReadinessUnknown": "Readiness unknown",
    "Unknown": "Not assessed",
}
SOURCE_KINDS = {"vmware": "VMware", "hyperv": "Hyper-V", "import": "Imported"}
SOURCE_TYPES = {
    "vcenter": "vCenter",
    "esxi": "ESXi host",
    "hyperv-host": "Hyper-V host",
    "hyperv-cluster": "Hyper-V cluster",
}
POWER_STATES = {"on": "On", "off": "Off", "suspended": "Suspended", "unknown": "Unknown"}
OS_FAMILIES = {"windows": "Windows", "linux": "Linux", "other": "Other", "unknown": "Unknown"}
BOOT_TYPES = {"bios": "BIOS", "uefi": "UEFI", "BIOS": "BIOS", "EFI": "UEFI", "Unknown": "Not known"}
GUEST_TOOLS = {
    "toolsOk": "Running, up to date",
    "toolsOld": "Running, out of date",
    "toolsNotRunning": "Not running",
    "toolsNotInstalled": "Not installed",
}
FINDINGS = {"Idle": "Idle", "Oversized": "Oversized"}
DIFFERENCES = {
    "cost": "Cost",
    "size": "Size",
    "readiness": "Readiness",
    "added": "Added",
    "removed": "Gone",
}
SAVINGS_OPTIONS = {
    "None": "Pay as you go",
    "RI1Year": "1 year reserved",
    "RI3Year": "3 years reserved",
    "SavingsPlan1Year": "1 year savings plan",
    "SavingsPlan3Year": "3 years savings plan",
}
WINDOWS_LICENCES = {
    "Yes": "With Azure Hybrid Benefit",
    "No": "Without Azure Hybrid Benefit",
    "Unknown": "Without Azure Hybrid Benefit",
}
"""Where it is not known whether there are licences to bring along, they are paid in Azure."""
OS_SUPPORT = {
    "Mainstream": "Mainstream support",
    "Extended": "Extended support only",
    "OutOfSupport": "Out of support",
}
STEPS = {
    "reading-inputs": "Reading facts and performance",
    "assessing": "Assessing machines",
    "writing-results": "Writing results",
}
NAMES: dict[str, Mapping[str, str]] = {
    "suitability": SUITABILITIES,
    "source_kind": SOURCE_KINDS,
    "source_type": SOURCE_TYPES,
    "power_state": POWER_STATES,
    "os_family": OS_FAMILIES,
    "boot_type": BOOT_TYPES,
    "guest_tools": GUEST_TOOLS,
    "step": STEPS,
    "finding": FINDINGS,
    "savings_option": SAVINGS_OPTIONS,
    "windows_licence": WINDOWS_LICENCES,
    "os_support": OS_SUPPORT,
}


def named(value: str | None, kind: str) -> str:
    """Return the words for one of the API's values; one that is new to this portal stays as it is."""
    return UNKNOWN if value is None else NAMES[kind].get(value, value)


def in_order(counts: Mapping[str, int], kind: str) -> dict[str, int]:
    """Return counts by one of the API's values in the order that these are always shown in."""
    known = [name for name in NAMES[kind] if name in counts]
    return {name: counts[name] for name in [*known, *(set(counts) - set(known))]}


def or_unknown(value: Any) -> Any:
    """Return the value, or the sign for one that is not known."""
    return UNKNOWN if value is None or value == "" else value


def number(value: float | Decimal | str | None, digits: int = 0) -> str:
    """Write a number with grouped thousands and a fixed number of digits after the point."""
    if value is None:
        return UNKNOWN
    rounded = round_half_up(value, digits)
    return f"{rounded:,.{digits}f}".replace(",", _THIN_SPACE)


def short(value: float | None, unit: str = "") -> str:
    """Write a measured value with as many digits as help: 1240, 87.5, 0.04."""
    if value is None:
        return UNKNOWN
    size = abs(value)
    digits = 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2
    return number(value, digits) + (f"{_THIN_SPACE}{unit}" if unit else "")


def percent(value: float | None, digits: int = 0) -> str:
    """Write a percentage."""
    return UNKNOWN if value is None else f"{number(value, digits)}{_THIN_SPACE}%"


def share(value: float | None) -> str:
    """Write a percentage that may be tiny without letting it look like none."""
    if value is None:
        return UNKNOWN
    return f"below 0.01{_THIN_SPACE}%" if 0 < value < _SMALLEST_SHARE else f"{short(value)}{_THIN_SPACE}%"


def money(amount: str | Decimal | None, currency: str) -> str:
    """Write an amount, which the API gives unrounded, with two decimals (half up) and its currency."""
    return UNKNOWN if amount is None else f"{number(amount, 2)}{_THIN_SPACE}{currency}"


def difference(amount: str | Decimal | None, currency: str) -> str:
    """Write by how much an amount grew, with its sign."""
    if amount is None:
        return UNKNOWN
    rounded = round_half_up(amount, 2)
    sign = "+" if rounded > 0 else "\u2212" if rounded < 0 else ""
    return sign + money(abs(rounded), currency)


def memory(mib: int | None) -> str:
    """Write memory given in MiB."""
    return size_of_bytes(None if mib is None else mib * 1024**2)


def size_of_bytes(size: int | None) -> str:
    """Write a number of bytes in the largest binary unit that keeps it above one."""
    if size is None:
        return UNKNOWN
    value, unit = float(size), 0
    while value >= 1024 and unit < len(_BINARY_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    digits = 0 if value == int(value) else 1
    return f"{number(value, digits)}{_THIN_SPACE}{_BINARY_UNITS[unit]}"


def utc(at: str | datetime | None, seconds: bool = False) -> str:
    """Write a time in UTC, to the minute or the second."""
    if at is None:
        return UNKNOWN
    pattern = "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M"
    text = f"{moment(at).strftime(pattern)} UTC"
    return Markup('<time datetime="{}">{}</time>').format(moment(at).isoformat(), text)


def utc_date(at: str | datetime | None) -> str:
    """Write the day of a time, in UTC."""
    if at is None:
        return UNKNOWN
    day = moment(at).strftime("%Y-%m-%d")
    return Markup('<time datetime="{}">{}</time>').format(day, day)


def ago(at: str | datetime | None, now: datetime) -> str:
    """Write how long ago something was, the exact time behind it."""
    if at is None:
        return UNKNOWN
    exact = f"{moment(at).strftime('%Y-%m-%d %H:%M:%S')} UTC"
    words = _ago_words(now - moment(at))
    return Markup('<time datetime="{}" title="{}">{}</time>').format(moment(at).isoformat(), exact, words)


def duration(seconds: float | None) -> str:
    """Write a length of time in its two largest units."""
    if seconds is None:
        return UNKNOWN
    if seconds < 60:
        return f"{short(seconds)}{_THIN_SPACE}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return _two_units(minutes, "min", rest, "s")
    hours, minutes = divmod(minutes, 60)
    return _two_units(hours, "h", minutes, "min")


def yes_no(value: bool | None) -> str:
    """Write a fact that may not be known."""
    return UNKNOWN if value is None else "Yes" if value else "No"


def moment(at: str | datetime) -> datetime:
    """Read a time of the API."""
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(UTC)


def round_half_up(value: float | Decimal | str, digits: int) -> Decimal:
    """Round as people do, and as the Excel export does."""
    rounded = Decimal(str(value)).quantize(_CENT.scaleb(2 - digits), rounding=ROUND_HALF_UP)
    return rounded or abs(rounded)  # no minus before a zero


def _two_units(large: int, large_unit: str, small: int, small_unit: str) -> str:
    rest = f" {small}{_THIN_SPACE}{small_unit}" if small else ""
    return f"{large}{_THIN_SPACE}{large_unit}{rest}"


def _ago_words(length: timedelta) -> str:
    seconds = max(0, round(length.total_seconds()))
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size or (unit != "d" and seconds >= size):
            return f"{seconds // size}{_THIN_SPACE}{unit} ago"
    return f"{seconds}{_THIN_SPACE}s ago"


def label(identifier: str) -> str:
    """Turn an identifier of the API into words: `NoVmSizeFound`, `disk_iops`, `machine-added`."""
    words = _WORD_STARTS.sub(" ", identifier.replace("_", " ").replace("-", " ")).split()
    return " ".join(_sentence_word(word, is_first=index == 0) for index, word in enumerate(words))


def _sentence_word(word: str, *, is_first: bool) -> str:
    if word.lower() in _ACRONYMS:
        return word.upper()
    return word.capitalize() if is_first else word.lower()
