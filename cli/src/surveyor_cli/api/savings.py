"""Savings options side by side, and with the other choice of Azure Hybrid Benefit for Windows."""

from typing import Any

from surveyor_cli.api.client import Document
from surveyor_cli.output import money, print_table


def print_totals(assessment: Document) -> None:
    """Print what all machines cost under each option; with the other licence if there is Windows."""
    summary = assessment["summary"]
    other = summary["savings_options_with_other_licence"]
    if not other:
        _print_totals("savings option", summary["currency"], summary["savings_options"])
        return
    brings_licences = assessment["settings"]["azure_hybrid_use_benefit"] == "Yes"
    _print_totals(_titled(brings_licences), summary["currency"], summary["savings_options"])
    _print_totals(_titled(not brings_licences), summary["currency"], other)


def print_alternatives(alternatives: Document) -> None:
    """Print what one machine's size costs under each option; with the other licence if it has Windows."""
    other = alternatives["other_licence"]
    if other is None:
        _print_alternatives("savings option", alternatives["savings_options"])
        return
    brings_licence = other["azure_hybrid_use_benefit"] == "Yes"
    _print_alternatives(_titled(not brings_licence), alternatives["savings_options"])
    _print_alternatives(_titled(brings_licence), other["savings_options"])


def _titled(brings_licences: bool) -> str:
    return f"savings option {'with' if brings_licences else 'without'} Azure Hybrid Benefit"


def _print_totals(title: str, currency: str, options: list[Document]) -> None:
    columns = [title, "selected", f"compute / month {currency}", "of which estimated"]
    columns += ["list price", "estimated", "without price"]
    print_table(columns, [_total_row(option) for option in options])


def _total_row(option: Document) -> list[Any]:
    counts = [option["machines_priced"], option["machines_estimated"], option["machines_unpriced"]]
    # Where no machine has a price, the API's total of zero is no price.
    has_price = counts[0] or counts[1] or not counts[2]
    amounts = [option["monthly_compute_cost"], option["monthly_compute_cost_estimated"]]
    shown = [money(amount) if has_price else None for amount in amounts]
    return [option["savings_option"], option["is_selected"], *shown, *counts]


def _print_alternatives(title: str, options: list[Document]) -> None:
    rows = [
        [option["savings_option"], money(option["monthly_compute_cost"]), option["estimated_from"]]
        for option in options
    ]
    print_table([title, "compute / month", "estimated from"], rows)
