"""The raw tables, as they are: rows of text, looked up by what stands in them."""

import csv
import gzip
import io
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

TABLES = Path(__file__).parents[3] / "services" / "assessor" / "catalogue-tables"


def read_table(name: str) -> list[dict[str, str]]:
    """Read a table; an empty cell is unknown."""
    text = gzip.decompress((TABLES / f"{name}.csv.gz").read_bytes()).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text)))


SIZES = {row["size"]: row for row in read_table("vm_sizes")}
SIZES_IN_REGION: dict[str, set[str]] = defaultdict(set)
for _row in read_table("vm_size_regions"):
    SIZES_IN_REGION[_row["region"]].add(_row["size"])

USD_PER_HOUR = {
    (row["size"], row["region"], row["os"], row["term"]): Decimal(row["usd_per_hour"])
    for row in read_table("vm_prices")
}
CURRENCY_RATES = {
    row["code"]: Decimal(row["usd_rate_modern_2026_01"])
    for row in read_table("currencies")
    if row["usd_rate_modern_2026_01"]
}
DISK_TIERS: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
DISK_LIMITS: dict[str, dict[str, str]] = {}
for _row in read_table("disks"):
    if _row["tier"]:
        DISK_TIERS[_row["disk_type"], _row["redundancy"]].append(_row)
    else:
        DISK_LIMITS[_row["disk_type"]] = _row
for _tiers in DISK_TIERS.values():
    _tiers.sort(key=lambda row: int(row["max_size_gib"]))

DISK_SKUS_IN_REGIONS = {(row["arm_sku"], row["region"]) for row in read_table("disk_regions")}
DISK_USD = {
    (row["disk_type"], row["redundancy"], row["tier"], row["item"], row["region"]): Decimal(row["usd"])
    for row in read_table("disk_prices")
}
