"""What the collector counts and measures."""

from surveyor_kit.metrics import counter, gauge, histogram

VALUES_PUBLISHED = counter(
    "surveyor_collector_vmware_values_published_total",
    "Performance values acknowledged by the broker.",
    ["source"],
)
OBSERVATIONS_PUBLISHED = counter(
    "surveyor_collector_vmware_observations_published_total",
    "Changed or removed machines acknowledged by the broker.",
    ["source"],
)
POLLS = counter("surveyor_collector_vmware_polls_total", "Performance polls that ended.", ["source"])
POLLS_SKIPPED = counter(
    "surveyor_collector_vmware_polls_skipped_total",
    "Polls left out: the one before still ran, or the broker took nothing and the buffer was full.",
    ["source", "reason"],
)
POLL_SECONDS = histogram(
    "surveyor_collector_vmware_poll_seconds", "Time that a performance poll took.", ["source"]
)
ERRORS = counter(
    "surveyor_collector_vmware_errors_total", "What went wrong with a source, by code.", ["source", "code"]
)
SOURCE_LAG_SECONDS = gauge(
    "surveyor_collector_vmware_source_lag_seconds",
    "Source's clock minus the time of its newest sample taken.",
    ["source"],
)
CLOCK_SKEW_SECONDS = gauge(
    "surveyor_collector_vmware_clock_skew_seconds", "Source's clock minus ours.", ["source"]
)
BUFFERED_VALUES = gauge(
    "surveyor_collector_vmware_buffered_values", "Values taken and not yet published.", ["source"]
)
SPOOL_BYTES = gauge(
    "surveyor_collector_vmware_spool_bytes",
    "Size of the samples that wait on disk for the broker.",
    ["source"],
)
VALUES_LOST = counter(
    "surveyor_collector_vmware_values_lost_total",
    "Performance values that the spool had no room or time for; published as SamplesLost as well.",
    ["source", "reason"],
)
SILENT_MACHINES = gauge(
    "surveyor_collector_vmware_silent_machines",
    "Machines that are powered on and have had no sample for five minutes.",
    ["source"],
)
