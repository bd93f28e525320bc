"""Generated pages are today's."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_metrics_page_is_current() -> None:
    printed = subprocess.run(
        [str(ROOT / "tools" / "metrics-page.sh")], capture_output=True, text=True, check=True
    ).stdout
    assert (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8") == printed, "run `make docs`"
