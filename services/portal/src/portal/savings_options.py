"""What an estate costs under each savings option and Windows licence, side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class OptionTotal:
    """One option's monthly amounts; `compute_estimated` is the part of `compute` without a list price.

    `compute` None: no machine has a price under it. Machines without one are not in the amounts.
    `hybrid_benefit` None: no machine runs Windows, the licence makes no difference.
    """

    name: str
    hybrid_benefit: str | None
    is_selected: bool
    compute: Decimal | None
    compute_estimated: Decimal
    storage: Decimal
    security: Decimal | None
    machines_priced: int
    machines_estimated: int
    machines_unpriced: int

    @property
    def total(self) -> Decimal | None:
        """Compute and storage, and security unless the run leaves it out or has no price for it."""
        if self.compute is None:
            return None
        return self.compute + self.storage + (self.security or Decimal(0))


def side_by_side(summary: Mapping[str, Any], settings: Mapping[str, Any]) -> list[OptionTotal]:
    """Return the options of a run's summary in its order, each with either licence if there is Windows."""
    own, other = summary["savings_options"], summary["savings_options_with_other_licence"]
    if not other:
        return [_total(option, None) for option in own]
    chosen = settings["azure_hybrid_use_benefit"]
    not_chosen = "No" if chosen == "Yes" else "Yes"
    return [
        _total(option, hybrid_benefit)
        for pair in zip(own, other, strict=True)
        for option, hybrid_benefit in zip(pair, (chosen, not_chosen), strict=True)
    ]


def _total(option: Mapping[str, Any], hybrid_benefit: str | None) -> OptionTotal:
    security = option["monthly_security_cost"]
    has_price = option["machines_priced"] or option["machines_estimated"] or not option["machines_unpriced"]
    return OptionTotal(
        name=option["savings_option"],
        hybrid_benefit=hybrid_benefit,
        is_selected=option["is_selected"],
        compute=Decimal(option["monthly_compute_cost"]) if has_price else None,
        compute_estimated=Decimal(option["monthly_compute_cost_estimated"]),
        storage=Decimal(option["monthly_storage_cost"]),
        security=None if security is None else Decimal(security),
        machines_priced=option["machines_priced"],
        machines_estimated=option["machines_estimated"],
        machines_unpriced=option["machines_unpriced"],
    )
