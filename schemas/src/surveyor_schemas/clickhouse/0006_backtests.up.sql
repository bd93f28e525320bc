-- What a run's back-test counts, per machine: the series of a check are added up and compared with its threshold.
-- Only what can exceed its threshold stands here; needed while the run counts, and not after.
CREATE TABLE {{local assessment_backtest_checks}} {{on_cluster}}
(
    run_id     UUID,
    machine_id UUID,
    metric     LowCardinality(String),
    instance   String,
    check_no   UInt16,
    threshold  Float64,
    written_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = {{engine ReplacingMergeTree(written_at)}}
ORDER BY (run_id, machine_id, metric, instance, check_no)
TTL toDateTime(written_at) + INTERVAL 7 DAY;

{{distributed assessment_backtest_checks by machine_id}};

-- What the back-test counted: with assessment_inputs, enough to compute a result again when the peaks are gone.
CREATE TABLE {{local assessment_backtests}} {{on_cluster}}
(
    run_id     UUID,
    machine_id UUID,
    document   String CODEC(ZSTD(3)),
    counted_at DateTime64(6, 'UTC')
)
ENGINE = {{engine ReplacingMergeTree(counted_at)}}
ORDER BY (run_id, machine_id)
TTL toDateTime(counted_at) + INTERVAL 25 MONTH;

{{distributed assessment_backtests by machine_id}};

-- Columns for lists and filters: "Idle" or "Oversized", what that would save a month, and the worst share of peaks
-- above a limit of the recommendation.
ALTER TABLE {{local assessment_results}} {{on_cluster}}
    ADD COLUMN IF NOT EXISTS rightsizing LowCardinality(Nullable(String)) AFTER confidence_percent,
    ADD COLUMN IF NOT EXISTS monthly_savings Nullable(Decimal(38, 12)) AFTER rightsizing,
    ADD COLUMN IF NOT EXISTS backtest_percent_above Nullable(Float64) AFTER monthly_savings;

ALTER TABLE {{all assessment_results}} {{on_cluster}}
    ADD COLUMN IF NOT EXISTS rightsizing LowCardinality(Nullable(String)) AFTER confidence_percent,
    ADD COLUMN IF NOT EXISTS monthly_savings Nullable(Decimal(38, 12)) AFTER rightsizing,
    ADD COLUMN IF NOT EXISTS backtest_percent_above Nullable(Float64) AFTER monthly_savings;
