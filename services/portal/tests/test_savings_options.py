from typing import Any

import pytest

from portal.savings_options import side_by_side


def an_option(name: str, **given: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "savings_option": name,
        "is_selected": False,
        "monthly_compute_cost": "100.5",
        "monthly_compute_cost_estimated": "0",
        "monthly_storage_cost": "20",
        "monthly_security_cost": None,
        "machines_priced": 2,
        "machines_estimated": 0,
        "machines_unpriced": 0,
    }
    return values | given


def a_summary(*other_licence: dict[str, Any]) -> dict[str, Any]:
    own = [an_option("None", is_selected=True), an_option("RI1Year")]
    return {"savings_options": own, "savings_options_with_other_licence": list(other_licence)}


def test_without_windows_an_option_has_one_row() -> None:
    rows = side_by_side(a_summary(), {})
    assert [(row.name, row.hybrid_benefit) for row in rows] == [("None", None), ("RI1Year", None)]


@pytest.mark.parametrize(("chosen", "not_chosen"), [("Yes", "No"), ("No", "Yes"), ("Unknown", "Yes")])
def test_with_windows_each_option_has_either_licence(chosen: str, not_chosen: str) -> None:
    other = an_option("None", monthly_compute_cost="150", monthly_compute_cost_estimated="50")
    summary = a_summary(other, an_option("RI1Year"))
    rows = side_by_side(summary, {"azure_hybrid_use_benefit": chosen})
    assert [(row.name, row.hybrid_benefit, row.is_selected) for row in rows] == [
        ("None", chosen, True),
        ("None", not_chosen, False),
        ("RI1Year", chosen, False),
        ("RI1Year", not_chosen, False),
    ]
    assert [str(row.total) for row in rows[:2]] == ["120.5", "170"]
    assert str(rows[1].compute_estimated) == "50"


def test_option_without_any_price_has_no_total() -> None:
    unpriced = an_option("None", monthly_compute_cost="0", machines_priced=0, machines_unpriced=2)
    rows = side_by_side({"savings_options": [unpriced], "savings_options_with_other_licence": []}, {})
    assert (rows[0].compute, rows[0].total) == (None, None)
