"""A machine's result as the document that is stored and shown."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from assessor.domain.assess import Assessment
from assessor.domain.disks import DATA_DISKS_ONLY
from assessor.domain.explain import Neighbour
from assessor.domain.issue_texts import EXPLANATIONS
from assessor.domain.issues import Issue
from assessor.domain.machine import Disk, Usage
from assessor.domain.requirement import requirement
from assessor.domain.result import AssessedDisk, AssessedMachine
from assessor.domain.rules import NEED_DECIMALS
from surveyor_schemas.assessments.results_v1 import AssessedDisk as DiskDocument
from surveyor_schemas.assessments.results_v1 import AssessedMachine as MachineDocument
from surveyor_schemas.assessments.results_v1 import AssessedNic as NicDocument
from surveyor_schemas.assessments.results_v1 import Issue as IssueDocument
from surveyor_schemas.assessments.results_v1 import NeighbourSize
from surveyor_schemas.assessments.results_v1 import SizeExplanation as ExplanationDocument
from surveyor_schemas.inventory import machine_v1 as canonical

_BOOT_TYPES = {"bios": "BIOS", "uefi": "EFI", None: "Unknown"}


def machine_document(
    assessment_id: UUID,
    run_id: UUID,
    facts: canonical.Machine,
    assessment: Assessment,
    result: AssessedMachine,
) -> MachineDocument:
    """Put a result together with the facts of its machine."""
    machine, size, coverage = result.machine, result.recommended_size, result.coverage
    return MachineDocument.model_validate(
        {
            "assessment_id": assessment_id,
            "run_id": run_id,
            "machine_id": facts.machine_id,
            "display_name": facts.name,
            "source_kind": facts.source_kind,
            "host_name": facts.host_name,
            "boot_type": _BOOT_TYPES[facts.boot_type],
            "operating_system_name": facts.os.name,
            "operating_system_family": facts.os.family,
            "operating_system_version": facts.os.version,
            "operating_system_architecture": facts.os.architecture,
            "processor_model": facts.processor_model,
            "number_of_cores": facts.cores,
            "megabytes_of_memory": facts.memory_mib,
            "percentage_cores_utilization": _shown(machine.cpu_percent),
            "percentage_memory_utilization": _shown(machine.memory_percent),
            "suitability": str(result.readiness),
            "issues": _issues(result.issues, result.unknown_limits),
            "data_issues": _codes(result.data_issues),
            "recommended_size": size.name if size else None,
            "cores_of_recommended_size": size.vcpus if size else None,
            "memory_gib_of_recommended_size": size.memory_gib if size else None,
            "monthly_compute_cost": result.monthly_compute_cost,
            "monthly_storage_cost": result.monthly_storage_cost,
            "monthly_bandwidth_cost": None,
            "monthly_security_cost": None,
            "monthly_windows_hybrid_benefit_savings": result.monthly_windows_licence_saved,
            "monthly_linux_hybrid_benefit_savings": result.monthly_linux_licence_saved,
            "security_readiness": _text(result.security_readiness),
            "confidence_percent": round(coverage.percent, NEED_DECIMALS) if coverage else None,
            "confidence_stars": coverage.stars if coverage else None,
            "disks": [
                _disk(fact, disk, assessed)
                for fact, disk, assessed in zip(facts.disks, machine.disks, result.disks, strict=True)
            ],
            "nics": _nics(facts.nics, result),
            "explanation": _explanation(assessment, result),
        }
    )


def _shown(usage: Usage) -> float | None:
    """Usage as it is reported: rounded like needs, so that every format writes the same number."""
    return None if usage.value is None else round(usage.value, NEED_DECIMALS)


def _issues(issues: Iterable[Issue], unknown_limits: Sequence[str] = ()) -> list[IssueDocument]:
    return [_issue(issue, unknown_limits) for issue in issues]


def _issue(issue: Issue, unknown_limits: Sequence[str]) -> IssueDocument:
    explanation = EXPLANATIONS[issue]
    named = f" ({', '.join(unknown_limits)})" if issue is Issue.SIZE_LIMIT_UNKNOWN else ""
    return IssueDocument(
        code=str(issue), text=explanation.text + named, cause=explanation.cause, fix=explanation.fix
    )


def _codes(issues: Iterable[str]) -> list[str]:
    return [str(issue) for issue in issues]


def _disk(fact: canonical.Disk, disk: Disk, assessed: AssessedDisk) -> DiskDocument:
    provisioned = assessed.recommended_type in DATA_DISKS_ONLY
    return DiskDocument.model_validate(
        {
            "disk_id": fact.disk_id,
            "name": fact.name,
            "is_os_disk": fact.is_os_disk,
            "gigabytes_provisioned": disk.size_gib,
            "read_iops": _shown(disk.read_iops),
            "write_iops": _shown(disk.write_iops),
            "read_mb_per_second": _shown(disk.read_mb_per_second),
            "write_mb_per_second": _shown(disk.write_mb_per_second),
            "suitability": str(assessed.readiness),
            "issues": _issues(assessed.issues),
            "data_issues": _codes(assessed.data_issues),
            "recommended_sku": assessed.recommended_sku,
            "recommended_disk_type": _text(assessed.recommended_type),
            "redundancy": _text(assessed.redundancy),
            "recommended_size_gib": assessed.recommended_size_gib,
            "provisioned_iops": assessed.recommended_iops if provisioned else None,
            "provisioned_mb_per_second": assessed.recommended_mb_per_second if provisioned else None,
            "monthly_cost": assessed.monthly_cost,
        }
    )


def _nics(facts: list[canonical.Nic], result: AssessedMachine) -> list[NicDocument]:
    rows = zip(facts, result.machine.nics, result.nics, strict=True)
    return [
        NicDocument(
            nic_id=fact.nic_id,
            name=fact.name,
            mac_address=fact.mac_address,
            ip_addresses=fact.ip_addresses,
            received_mb_per_second=_shown(nic.received_mb_per_second),
            transmitted_mb_per_second=_shown(nic.transmitted_mb_per_second),
            suitability="Suitable",
            data_issues=_codes(assessed.data_issues),
        )
        for fact, nic, assessed in rows
    ]


def _explanation(assessment: Assessment, result: AssessedMachine) -> ExplanationDocument | None:
    explanation = result.explanation
    if explanation is None:
        return None
    need = requirement(result.machine, assessment.settings)
    return ExplanationDocument(
        cores_needed=need.cores,
        memory_gib_needed=need.memory_gib,
        disk_iops_needed=need.disk_iops,
        disk_mb_per_second_needed=need.disk_mb_per_second,
        network_mbit_per_second_needed=need.network_mbit_per_second,
        data_disks_needed=need.data_disks,
        nics_needed=need.nics,
        binding_dimension=explanation.binding,
        next_smaller=_neighbour(explanation.next_smaller, assessment),
        next_larger=_neighbour(explanation.next_larger, assessment),
    )


def _neighbour(neighbour: Neighbour | None, assessment: Assessment) -> NeighbourSize | None:
    if neighbour is None:
        return None
    cost = None if neighbour.usd_per_hour is None else assessment.monthly_compute(neighbour.usd_per_hour)
    return NeighbourSize(name=neighbour.name, monthly_compute_cost=cost, reason=_reason(neighbour))


def _reason(neighbour: Neighbour) -> str:
    if neighbour.too_small_in:
        return f"too small in {', '.join(neighbour.too_small_in)}"
    return "fits, at a higher cost" if neighbour.usd_per_hour is not None else "has no price"


def _text(value: str | None) -> str | None:
    return None if value is None else str(value)
