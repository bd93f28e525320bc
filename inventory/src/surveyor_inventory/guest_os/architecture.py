"""Word size of a guest, from an explicit value or from the wording of a name."""

import re

from surveyor_inventory.guest_os.model import Architecture

_EXPLICIT = {
    "x64": Architecture.X64,
    "amd64": Architecture.X64,
    "x86_64": Architecture.X64,
    "64-bit": Architecture.X64,
    "64": Architecture.X64,
    "x86": Architecture.X86,
    "i386": Architecture.X86,
    "i686": Architecture.X86,
    "32-bit": Architecture.X86,
    "32": Architecture.X86,
    "arm64": Architecture.ARM64,
    "aarch64": Architecture.ARM64,
    # Win32_Processor.Architecture, which Hyper-V's data exchange reports as ProcessorArchitecture.
    "0": Architecture.X86,
    "9": Architecture.X64,
    "12": Architecture.ARM64,
}
_IN_NAME = (
    (re.compile(r"\b(arm64|aarch64)\b", re.I), Architecture.ARM64),
    (re.compile(r"64[- ]?bit|\bx64\b|x86[_-]64|\bamd64\b", re.I), Architecture.X64),
    (re.compile(r"32[- ]?bit|\bx86\b|\bi[36]86\b", re.I), Architecture.X86),
)


def parse_architecture(text: str | None) -> Architecture:
    """Read a value such as "x64", "amd64", "32-bit" or a processor architecture number."""
    return _EXPLICIT.get((text or "").strip().lower(), Architecture.UNKNOWN)


def architecture_in_name(name: str) -> Architecture:
    """Find the word size inside a name such as "CentOS 7 (64-bit)"."""
    for pattern, architecture in _IN_NAME:
        if pattern.search(name):
            return architecture
    return Architecture.UNKNOWN
