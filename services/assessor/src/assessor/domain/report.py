"""A machine's result as the document that is stored and shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from assessor.domain.assess import Assessment
from assessor.domain.backtest import CountedCheck
from assessor.domain.disks import DATA_DISKS_ONLY
from assessor.domain.inputs import guest_os
from assessor.domain.issues import DataIssue, Issue, Readiness
from assessor.domain.machine import Disk, Usage
from assessor.domain.os_lifecycle import vendor_support
from assessor.domain.report_extras import (
    Document,
    alternatives_document,
    backtest_document,
    explanation_document,
    right_sizing_document,
)
from assessor.domain.result import AssessedDisk, AssessedMachine
from assessor.domain.rule_book import RuleBook
from assessor.domain.rules import NEED_DECIMALS
from assessor.domain.window import Window
from surveyor_schemas.assessments.results_v1 import AssessedMachine as MachineDocument
from surveyor_schemas.inventory import machine_v1 as canonical

_BOOT_TYPES = {"bios": "BIOS", "uefi": "EFI", None: "Unknown"}
_VM_SECURITY = "NotApplicable"


@dataclass(frozen=True, slots=True)
class RunContext:
    """What the documents of one run have in common."""

    assessment_id: UUID
    run_id: UUID
    assessment: Assessment
    window: Window

    @property
    def points_expected(self) -> int | None:
        settings = self.assessment.settings
        return settings.window_points if settings.is_performance_based else None


def machine_document(
    run: RunContext, facts: canonical.Machine, result: AssessedMachine, checks: Sequence[CountedCheck]
) -> MachineDocument:
    """Put a result together with the facts of its machine and its back-test."""
    machine, size, coverage = result.machine, result.recommended_size, result.coverage
    rules = run.assessment.rules
    return MachineDocument.model_validate(
        _identity(run, facts)
        | {
            "percentage_cores_utilization": _shown(machine.cpu_percent.value),
            "percentage_memory_utilization": _shown(machine.memory_percent.value),
            "percentage_cores_peak": _shown(machine.cpu_percent.peak),
            "percentage_memory_peak": _shown(machine.memory_percent.peak),
            "cpu_points": machine.cpu_percent.points if coverage else None,
            "memory_points": machine.memory_percent.points if coverage else None,
            "points_expected": run.points_expected if coverage else None,
            "suitability": str(result.readiness),
            "issues": _issues(rules, result.issues, result.unknown_limits),
            "data_issues": _codes(result.data_issues),
            "recommended_size": size.name if size else None,
            "cores_of_recommended_size": size.vcpus if size else None,
            "memory_gib_of_recommended_size": size.memory_gib if size else None,
            "monthly_compute_cost": result.monthly_compute_cost,
            "monthly_storage_cost": result.monthly_storage_cost,
            "monthly_bandwidth_cost": None,
            "monthly_security_cost": result.monthly_security_cost,
            "monthly_windows_hybrid_benefit_savings": result.monthly_windows_licence_saved,
            "monthly_linux_hybrid_benefit_savings": result.monthly_linux_licence_saved,
            "security_readiness": _text(result.security_readiness),
            "confidence_percent": round(coverage.percent, NEED_DECIMALS) if coverage else None,
            "confidence_stars": coverage.stars if coverage else None,
            "disks": [
                _disk(rules, fact, disk, assessed, counts_points=coverage is not None)
                for fact, disk, assessed in zip(facts.disks, machine.disks, result.disks, strict=True)
            ],
            "nics": _nics(facts.nics, result),
            "explanation": explanation_document(result, run.assessment),
            "alternatives": alternatives_document(result.alternatives),
            "rightsizing": right_sizing_document(result.right_sizing),
            "backtest": backtest_document(checks, facts.disks, run.window),
        }
    )


def unsized_document(run: RunContext, facts: canonical.Machine) -> MachineDocument:
    """The result of a machine whose cores or memory the source does not tell: it is named, not left out."""
    missing = [
        *([DataIssue.NUMBER_OF_CORES_MISSING] if not facts.cores else []),
        *([DataIssue.MEMORY_SIZE_MISSING] if not facts.memory_mib else []),
    ]
    nothing = dict.fromkeys(MachineDocument.model_fields)
    return MachineDocument.model_validate(
        nothing
        | _identity(run, facts)
        | {
            "suitability": str(Readiness.READINESS_UNKNOWN),
            "issues": _issues(run.assessment.rules, [Issue.CORES_OR_MEMORY_UNKNOWN]),
            "data_issues": _codes(missing),
            "disks": [_unassessed_disk(run.assessment.rules, disk) for disk in facts.disks],
            "nics": [_nic(nic, Usage(None, 0), Usage(None, 0), ()) for nic in facts.nics],
        }
    )


def _identity(run: RunContext, facts: canonical.Machine) -> Document:
    support = vendor_support(
        guest_os(facts.os), run.assessment.catalogue.os_lifecycles, run.window.end_at.date()
    )
    return {
        "assessment_id": run.assessment_id,
        "run_id": run.run_id,
        "machine_id": facts.machine_id,
        "display_name": facts.name,
        "source_kind": facts.source_kind,
        "host_name": facts.host_name,
        "boot_type": _BOOT_TYPES[facts.boot_type],
        "operating_system_name": facts.os.name,
        "operating_system_family": facts.os.family,
        "operating_system_version": facts.os.version,
        "operating_system_architecture": facts.os.architecture,
        "operating_system_support": support.phase if support else None,
        "operating_system_support_ends_on": support.ends_on if support else None,
        "processor_model": facts.processor_model,
        "number_of_cores": facts.cores,
        "megabytes_of_memory": facts.memory_mib,
        "vm_security_suitability": _VM_SECURITY,
    }


def _shown(value: float | None) -> float | None:
    """Usage as it is reported: rounded like needs, so that every format writes the same number."""
    return None if value is None else round(value, NEED_DECIMALS)


def _issues(rules: RuleBook, codes: Iterable[str], unknown_limits: Sequence[str] = ()) -> list[Document]:
    return [_issue(rules, code, unknown_limits) for code in codes]


def _issue(rules: RuleBook, code: str, unknown_limits: Sequence[str]) -> Document:
    words = rules.explanation(code)
    named = f" ({', '.join(unknown_limits)})" if code == Issue.SIZE_LIMIT_UNKNOWN else ""
    return {
        "code": str(code),
        "text": words.text + named,
        "cause": words.cause,
        "fix": words.fix,
    }


def _codes(issues: Iterable[str]) -> list[str]:
    return [str(issue) for issue in issues]


def _disk(
    rules: RuleBook, fact: canonical.Disk, disk: Disk, assessed: AssessedDisk, *, counts_points: bool
) -> Document:
    provisioned = assessed.recommended_type in DATA_DISKS_ONLY
    return {
        "disk_id": fact.disk_id,
        "name": fact.name,
        "is_os_disk": fact.is_os_disk,
        "gigabytes_provisioned": disk.size_gib,
        "suitability": str(assessed.readiness),
        "issues": _issues(rules, assessed.issues),
        "data_issues": _codes(assessed.data_issues),
        "recommended_sku": assessed.recommended_sku,
        "recommended_disk_type": _text(assessed.recommended_type),
        "redundancy": _text(assessed.redundancy),
        "recommended_size_gib": assessed.recommended_size_gib,
        "recommended_iops": assessed.recommended_iops,
        "recommended_mb_per_second": assessed.recommended_mb_per_second,
        "provisioned_iops": assessed.recommended_iops if provisioned else None,
        "provisioned_mb_per_second": assessed.recommended_mb_per_second if provisioned else None,
        "monthly_cost": assessed.monthly_cost,
    } | _disk_usages(disk, counts_points=counts_points)


def _disk_usages(disk: Disk, *, counts_points: bool) -> dict[str, float | None]:
    names = ("read_iops", "write_iops", "read_mb_per_second", "write_mb_per_second")
    named = dict(zip(names, disk.usages, strict=True))
    values = {name: _shown(usage.value) for name, usage in named.items()}
    points = {f"{name}_points": usage.points for name, usage in named.items()} if counts_points else {}
    return values | points


def _unassessed_disk(rules: RuleBook, fact: canonical.Disk) -> Document:
    disk = Disk(fact.name, None if fact.size_bytes is None else fact.size_bytes / 2**30, fact.is_os_disk)
    assessed = AssessedDisk(fact.name, Readiness.UNKNOWN, (), ())
    return _disk(rules, fact, disk, assessed, counts_points=False)


def _nics(facts: list[canonical.Nic], result: AssessedMachine) -> list[Document]:
    rows = zip(facts, result.machine.nics, result.nics, strict=True)
    return [
        _nic(
            fact,
            nic.received_mb_per_second,
            nic.transmitted_mb_per_second,
            assessed.data_issues,
            counts_points=result.coverage is not None,
        )
        for fact, nic, assessed in rows
    ]


def _nic(
    fact: canonical.Nic,
    received: Usage,
    transmitted: Usage,
    data_issues: Sequence[DataIssue],
    *,
    counts_points: bool = False,
) -> Document:
    return {
        "nic_id": fact.nic_id,
        "name": fact.name,
        "mac_address": fact.mac_address,
        "ip_addresses": fact.ip_addresses,
        "received_mb_per_second": _shown(received.value),
        "transmitted_mb_per_second": _shown(transmitted.value),
        "suitability": "Suitable",
        "data_issues": _codes(data_issues),
        "received_mb_per_second_points": received.points if counts_points else None,
        "transmitted_mb_per_second_points": transmitted.points if counts_points else None,
    }


def _text(value: str | None) -> str | None:
    return None if value is None else str(value)
