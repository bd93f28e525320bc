"""Bars drawn on the server; they need no script."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a bar."""

    key: str
    count: float
    start_percent: float
    width_percent: float


def share_bars(counts: Mapping[str, float]) -> list[Share]:
    """Lay out the parts of a whole beside each other, in their order; empty parts are left out."""
    whole = sum(counts.values())
    shares: list[Share] = []
    start = 0.0
    for key, count in counts.items():
        if count <= 0:
            continue
        width = 100 * count / whole
        shares.append(Share(key, count, round(start, 3), round(width, 3)))
        start += width
    return shares
