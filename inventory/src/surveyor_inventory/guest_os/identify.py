"""From any source's wording to a `GuestOs`."""

from dataclasses import replace

from surveyor_inventory.guest_os.architecture import architecture_in_name, parse_architecture
from surveyor_inventory.guest_os.model import UNKNOWN_GUEST_OS, Architecture, GuestOs, OsFamily
from surveyor_inventory.guest_os.unix import identify_unix, linux_version
from surveyor_inventory.guest_os.vmware import detailed_architecture, detailed_data_fields, name_of_guest_id
from surveyor_inventory.guest_os.windows import identify_windows, windows_version


def identify_guest_os(
    name: str | None,
    *,
    version: str | None = None,
    architecture: str | None = None,
    guest_id: str | None = None,
) -> GuestOs:
    """Say what operating system a source means.

    Args:
        name: The name in the source's words: a vCenter's full name, Hyper-V's OSName, an import's
            OS name. "Other" and names that no table knows are of unknown family.
        version: A separately reported version. For Linux it counts where it is more exact than the
            name; for Windows ("10.0.17763", "2019") where the name holds no release.
        architecture: A separately reported word size; it wins over the wording of the name.
        guest_id: A vSphere guest id; it fills what the name leaves open.
    """
    named = _identify_name(name or "")
    by_id, id_architecture = _identify_guest_id(guest_id)
    guest_os = _merge(named, by_id)
    if guest_os.family is OsFamily.LINUX:
        guest_os = replace(guest_os, version=_more_exact(guest_os.version, linux_version(version)))
    elif guest_os.family is OsFamily.WINDOWS and guest_os.version is None:
        guest_os = replace(guest_os, version=windows_version(version, guest_os.product))
    return replace(
        guest_os,
        architecture=_first_known(
            parse_architecture(architecture),
            architecture_in_name(name or ""),
            id_architecture,
            guest_os.architecture,
        ),
    )


def prefer_reported(configured: GuestOs, reported: GuestOs | None) -> GuestOs:
    """Choose between what vCenter is configured with and what the guest itself reports.

    Windows stays as configured; anything else is overridden by a guest that names itself.
    Source: Azure Migrate, "Troubleshoot assessment", operating system names (2021-07-28).
    """
    if reported is None or reported.family is OsFamily.UNKNOWN or configured.family is OsFamily.WINDOWS:
        return configured
    return reported


def guest_os_from_detailed_data(text: str) -> GuestOs:
    """Read what VMware Tools report as detailed data (`prettyName='Ubuntu 22.04.3 LTS' bitness='64' …`)."""
    fields = detailed_data_fields(text)
    name = fields.get("prettyName") or fields.get("distroName")
    guest_os = identify_guest_os(name, version=fields.get("distroVersion"))
    architecture = _first_known(detailed_architecture(fields), guest_os.architecture)
    return replace(guest_os, architecture=architecture)


def _identify_name(name: str) -> GuestOs:
    return identify_windows(name) or identify_unix(name) or UNKNOWN_GUEST_OS


def _identify_guest_id(guest_id: str | None) -> tuple[GuestOs, Architecture]:
    if not guest_id:
        return UNKNOWN_GUEST_OS, Architecture.UNKNOWN
    name, architecture = name_of_guest_id(guest_id)
    return _identify_name(name or ""), architecture


def _merge(named: GuestOs, by_id: GuestOs) -> GuestOs:
    if named.family is OsFamily.UNKNOWN:
        return by_id
    if named.product is by_id.product and named.version is None:
        return replace(named, version=by_id.version)
    return named


def _more_exact(one: str | None, other: str | None) -> str | None:
    candidates = [version for version in (one, other) if version]
    return max(candidates, key=lambda version: version.count("."), default=None)


def _first_known(*architectures: Architecture) -> Architecture:
    return next((known for known in architectures if known is not Architecture.UNKNOWN), Architecture.UNKNOWN)
