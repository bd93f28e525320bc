"""The collector's own metrics."""

from surveyor_kit.metrics import counter, gauge, histogram

READ_SECONDS = histogram(
    "surveyor_hyperv_read_seconds", "Time that one read of a host took.", ["source", "kind"]
)
READ_FAILURES = counter(
    "surveyor_hyperv_read_failures_total", "Reads of a host that failed.", ["source", "kind", "code"]
)
READS_SKIPPED = counter(
    "surveyor_hyperv_reads_skipped_total",
    "Reads that did not start because the one before still ran.",
    ["source", "kind"],
)
HOST_UP = gauge(
    "surveyor_hyperv_host_up",
    "1 while the latest reads of a host's inventory and counters succeeded.",
    ["source", "host"],
)
DOUBTS = gauge(
    "surveyor_hyperv_host_doubts",
    "Loops of a host whose latest read could not give everything; the heartbeat says what.",
    ["source", "host"],
)
CLOCK_SKEW_SECONDS = gauge(
    "surveyor_hyperv_clock_skew_seconds",
    "Host's clock minus ours, at its latest samples.",
    ["source", "host"],
)
SAMPLES_COLLECTED = counter(
    "surveyor_hyperv_values_collected_total", "Values read from hosts and written to the spool.", ["source"]
)
VALUES_PUBLISHED = counter(
    "surveyor_hyperv_values_published_total", "Values that the broker has acknowledged.", ["source"]
)
OBSERVATIONS_PUBLISHED = counter(
    "surveyor_hyperv_observations_published_total",
    "Changed or removed machines that the broker has acknowledged.",
    ["source"],
)
UNMATCHED_INSTANCES = gauge(
    "surveyor_hyperv_unmatched_instances",
    "Counter instances of the latest poll that belong to no known machine, or to several by name.",
    ["host", "reason"],
)
SPOOL_BYTES = gauge("surveyor_hyperv_spool_bytes", "Size of the polls not yet published.", ["source"])
POLLS_DROPPED = counter(
    "surveyor_hyperv_polls_dropped_total",
    "Files of polls that the spool had no room or time for.",
    ["source", "reason"],
)
