"""Print the table of metrics: `python -m surveyor_kit.metrics_docs [module …]`.

Modules named on the command line are imported first, so that their metrics are listed as well.
"""

import importlib
import sys
from collections.abc import Sequence

from surveyor_kit.metrics import MetricDefinition, definitions


def metrics_table(metrics: Sequence[MetricDefinition]) -> str:
    """Render metrics as a Markdown table."""
    rows = [f"| `{m.name}` | {m.kind} | {_labels(m)} | {m.meaning} |" for m in metrics]
    return "\n".join(["| metric | kind | labels | meaning |", "| --- | --- | --- | --- |", *rows, ""])


def main(modules: Sequence[str]) -> None:
    """Import the modules and print the table of everything declared."""
    for module in modules:
        importlib.import_module(module)
    sys.stdout.write(metrics_table(definitions()))


def _labels(metric: MetricDefinition) -> str:
    return ", ".join(f"`{label}`" for label in metric.labels) or "-"


if __name__ == "__main__":
    main(sys.argv[1:])
