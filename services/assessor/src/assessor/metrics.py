"""What the assessor counts."""

from surveyor_kit.metrics import counter

RUNS_ENDED = counter(
    "surveyor_assessment_runs_total",
    "Runs that ended, by outcome: completed, cancelled or a failure code.",
    ["outcome"],
)
MACHINES_ASSESSED = counter("surveyor_machines_assessed_total", "Machines whose result was stored.")
