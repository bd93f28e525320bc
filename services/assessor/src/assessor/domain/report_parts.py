"""The parts of a machine's document about its disks, NICs and findings, as plain values."""

from collections.abc import Iterable, Sequence

from assessor.domain.disks import DATA_DISKS_ONLY
from assessor.domain.issues import DataIssue, Issue, Readiness
from assessor.domain.machine import Disk, Usage
from assessor.domain.report_extras import Document
from assessor.domain.result import AssessedDisk, AssessedMachine
from assessor.domain.rule_book import RuleBook
from assessor.domain.rules import NEED_DECIMALS
from surveyor_schemas.inventory import machine_v1 as canonical


def shown(value: float | None) -> float | None:
    """Usage as it is reported: rounded like needs, so that every format writes the same number."""
    return None if value is None else round(value, NEED_DECIMALS)


def issue_documents(
    rules: RuleBook, codes: Iterable[str], unknown_limits: Sequence[str] = ()
) -> list[Document]:
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


def texts(issues: Iterable[str]) -> list[str]:
    return [str(issue) for issue in issues]


def disk_document(
    rules: RuleBook, fact: canonical.Disk, disk: Disk, assessed: AssessedDisk, *, counts_points: bool
) -> Document:
    provisioned = assessed.recommended_type in DATA_DISKS_ONLY
    return {
        "disk_id": fact.disk_id,
        "name": fact.name,
        "is_os_disk": fact.is_os_disk,
        "gigabytes_provisioned": disk.size_gib,
        "suitability": str(assessed.readiness),
        "issues": issue_documents(rules, assessed.issues),
        "data_issues": texts(assessed.data_issues),
        "recommended_sku": assessed.recommended_sku,
        "recommended_disk_type": text_or_none(assessed.recommended_type),
        "redundancy": text_or_none(assessed.redundancy),
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
    values = {name: shown(usage.value) for name, usage in named.items()}
    points = {f"{name}_points": usage.points for name, usage in named.items()} if counts_points else {}
    return values | points


def unassessed_disk_document(rules: RuleBook, fact: canonical.Disk) -> Document:
    disk = Disk(fact.name, None if fact.size_bytes is None else fact.size_bytes / 2**30, fact.is_os_disk)
    assessed = AssessedDisk(fact.name, Readiness.UNKNOWN, (), ())
    return disk_document(rules, fact, disk, assessed, counts_points=False)


def nic_documents(facts: list[canonical.Nic], result: AssessedMachine) -> list[Document]:
    rows = zip(facts, result.machine.nics, result.nics, strict=True)
    return [
        nic_document(
            fact,
            nic.received_mb_per_second,
            nic.transmitted_mb_per_second,
            assessed.data_issues,
            counts_points=result.coverage is not None,
        )
        for fact, nic, assessed in rows
    ]


def nic_document(
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
        "received_mb_per_second": shown(received.value),
        "transmitted_mb_per_second": shown(transmitted.value),
        "suitability": "Suitable",
        "data_issues": texts(data_issues),
        "received_mb_per_second_points": received.points if counts_points else None,
        "transmitted_mb_per_second_points": transmitted.points if counts_points else None,
    }


def text_or_none(value: str | None) -> str | None:
    return None if value is None else str(value)
