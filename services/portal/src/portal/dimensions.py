"""The words for what a size offers, and for the limits that a back-test looks at."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dimension:
    """One of the assessor's dimensions in words, with its unit."""

    words: str
    unit: str = ""


DIMENSIONS = {
    "vcpus": Dimension("Cores"),
    "memory_gib": Dimension("Memory", "GiB"),
    "disk_iops": Dimension("Disk operations", "IOPS"),
    "disk_mb_per_second": Dimension("Disk throughput", "MB/s"),
    "network_mbit_per_second": Dimension("Network", "Mbit/s"),
    "data_disks": Dimension("Data disks"),
    "nics": Dimension("Network adapters"),
    "azure_disk_iops": Dimension("Operations of one disk", "IOPS"),
    "azure_disk_mb_per_second": Dimension("Throughput of one disk", "MB/s"),
}


def dimension(name: str) -> Dimension:
    """Return a dimension in words; one that is new to this portal keeps its name."""
    return DIMENSIONS.get(name, Dimension(name))


def in_words(text: str) -> str:
    """Put words in place of the names of dimensions in a text of the assessor."""
    for name, found in DIMENSIONS.items():
        text = re.sub(rf"\b{name}\b", found.words.lower(), text)
    return text
