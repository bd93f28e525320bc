"""A machine's result as the document that is stored and shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from assessor.domain.assess import Assessment
from assessor.domain.backtest import CountedCheck
from assessor.domain.inputs import guest_os
from assessor.domain.issues import DataIssue, Issue, Readiness
from assessor.domain.machine import Usage
from assessor.domain.os_lifecycle import vendor_support
from assessor.domain.report_extras import (
    Document,
    alternatives_document,
    backtest_document,
    explanation_document,
    right_sizing_document,
)
from assessor.domain.report_parts import (
    disk_document,
    issue_documents,
    nic_document,
    nic_documents,
    shown,
    text_or_none,
    texts,
    unassessed_disk_document,
)
from assessor.domain.result import AssessedMachine
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
            "percentage_cores_utilization": shown(machine.cpu_percent.value),
            "percentage_memory_utilization": shown(machine.memory_percent.value),
            "percentage_cores_peak": shown(machine.cpu_percent.peak),
            "percentage_memory_peak": shown(machine.memory_percent.peak),
            "cpu_points": machine.cpu_percent.points if coverage else None,
            "memory_points": machine.memory_percent.points if coverage else None,
            "points_expected": run.points_expected if coverage else None,
            "suitability": str(result.readiness),
            "issues": issue_documents(rules, result.issues, result.unknown_limits),
            "data_issues": texts(result.data_issues),
            "recommended_size": size.name if size else None,
            "cores_of_recommended_size": size.vcpus if size else None,
            "memory_gib_of_recommended_size": size.memory_gib if size else None,
            "recommended_size_retires": size.retires if size else None,
            "monthly_compute_cost": result.monthly_compute_cost,
            "monthly_storage_cost": result.monthly_storage_cost,
            "monthly_bandwidth_cost": None,
            "monthly_security_cost": result.monthly_security_cost,
            "monthly_windows_hybrid_benefit_savings": result.monthly_windows_licence_saved,
            "monthly_linux_hybrid_benefit_savings": result.monthly_linux_licence_saved,
            "security_readiness": text_or_none(result.security_readiness),
            "confidence_percent": round(coverage.percent, NEED_DECIMALS) if coverage else None,
            "confidence_stars": coverage.stars if coverage else None,
            "disks": [
                disk_document(rules, fact, disk, assessed, counts_points=coverage is not None)
                for fact, disk, assessed in zip(facts.disks, machine.disks, result.disks, strict=True)
            ],
            "nics": nic_documents(facts.nics, result),
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
            "issues": issue_documents(run.assessment.rules, [Issue.CORES_OR_MEMORY_UNKNOWN]),
            "data_issues": texts(missing),
            "disks": [unassessed_disk_document(run.assessment.rules, disk) for disk in facts.disks],
            "nics": [nic_document(nic, Usage(None, 0), Usage(None, 0), ()) for nic in facts.nics],
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
