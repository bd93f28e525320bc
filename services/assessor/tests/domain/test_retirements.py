"""What is recommended and will not be there for long is said, and stays recommended."""

from typing import Any

from assessor.domain.issues import DataIssue

HDD = {"azure_disk_types": ["Standard"]}


def test_size_of_a_series_that_ends_is_named(an_assessment: Any, a_machine: Any) -> None:
    """Av2 ends in November 2028; Dsv5 has no announced end."""
    ending = an_assessment(azure_vm_families=["Av2_series"]).assess(a_machine())
    assert ending.recommended_size.retires == "November 2028"
    assert DataIssue.SIZE_RETIRES in ending.data_issues
    lasting = an_assessment(azure_vm_families=["Dsv5_series"]).assess(a_machine())
    assert lasting.recommended_size.retires is None
    assert DataIssue.SIZE_RETIRES not in lasting.data_issues


def test_standard_hdd_is_named_for_the_system_only(an_assessment: Any, a_machine: Any, a_disk: Any) -> None:
    """Source: "Azure managed disk types" (2026-08-11): not for operating systems after 2028-09-08."""
    on_hdd = an_assessment(**HDD).assess(a_machine(disks=(a_disk(64, is_os_disk=True),)))
    assert DataIssue.HDD_FOR_SYSTEM_RETIRES in on_hdd.data_issues
    data_only = an_assessment(**HDD).assess(a_machine(disks=(a_disk(64),)))
    assert DataIssue.HDD_FOR_SYSTEM_RETIRES not in data_only.data_issues


def test_machine_without_a_size_has_nothing_that_ends(
    an_assessment: Any, a_machine: Any, a_disk: Any
) -> None:
    machine = a_machine(cores=200, cpu=100, disks=(a_disk(64, is_os_disk=True),))
    result = an_assessment(**HDD).assess(machine)
    assert not {DataIssue.SIZE_RETIRES, DataIssue.HDD_FOR_SYSTEM_RETIRES} & set(result.data_issues)
