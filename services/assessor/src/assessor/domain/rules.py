"""The version of the rules, and the limits that Azure Migrate documents as plain numbers."""

RULES_VERSION = "2025-09-19.3"
"""Date of the newest rule document, and our revision; stands in every result."""

# Source: Azure Migrate, "Azure VM assessments" (2025-02-06), readiness of a server.
MAX_CORES = 128
MAX_MEMORY_GIB = 3_892
MAX_DISK_GIB = 65_536
MAX_DISKS = 65
MAX_NICS = 32

NEED_DECIMALS = 6
"""Needs are rounded to this many decimals, so that binary fractions never cost a size."""
