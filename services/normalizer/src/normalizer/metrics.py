"""What the normalizer counts, beside the kit's own metrics."""

from surveyor_kit.metrics import counter, gauge, histogram

SAMPLES_STORED = counter(
    "surveyor_normalizer_samples_stored_total",
    "Samples stored; a redelivered message counts again.",
    ["source_kind"],
)
OBSERVATIONS_IGNORED = counter(
    "surveyor_normalizer_observations_ignored_total",
    "Observations that were not above the stored revision, or ended a machine that nobody knew.",
)
CHANGES_RECORDED = counter(
    "surveyor_normalizer_changes_recorded_total", "Changes of machines published and stored.", ["kind"]
)
QUERYABLE_SECONDS = histogram(
    "surveyor_normalizer_queryable_seconds",
    "Time from a message's sending to its rows being queryable.",
    ["topic"],
)
DAYS_SEALED = counter("surveyor_normalizer_days_sealed_total", "Days of peaks packed, repeats included.")
DAYS_UNSEALED = gauge(
    "surveyor_normalizer_days_unsealed", "Days that are over, have new samples and wait to be sealed."
)
BATCHES_MISSING = gauge(
    "surveyor_normalizer_batches_missing",
    "Batches that a collector has published and that are not stored after the grace.",
    ["source_id"],
)
BATCHES_COMPARED = gauge(
    "surveyor_normalizer_batches_compared_timestamp_seconds",
    "When the batches were last compared with the collectors' heartbeats.",
)
MACHINES_TOMBSTONED = counter(
    "surveyor_normalizer_machines_tombstoned_total", "Removed machines taken off the topic `machines`."
)
