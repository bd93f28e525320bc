CREATE TABLE assessment_backtest_checks_local ON CLUSTER 'surveyor'
(
    run_id     UUID,
    machine_id UUID,
    metric     LowCardinality(String),
    instance   String,
    check_no   UInt16,
    threshold  Float64,
    written_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', written_at)
ORDER BY (run_id, machine_id, metric, instance, check_no)
TTL toDateTime(written_at) + INTERVAL 7 DAY;

CREATE TABLE assessment_backtest_checks ON CLUSTER 'surveyor' AS assessment_backtest_checks_local
ENGINE = Distributed('surveyor', currentDatabase(), 'assessment_backtest_checks_local', cityHash64(machine_id));

CREATE TABLE assessment_backtests_local ON CLUSTER 'surveyor'
(
    run_id     UUID,
    machine_id UUID,
    document   String CODEC(ZSTD(3)),
    counted_at DateTime64(6, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', counted_at)
ORDER BY (run_id, machine_id)
TTL toDateTime(counted_at) + INTERVAL 25 MONTH;

CREATE TABLE assessment_backtests ON CLUSTER 'surveyor' AS assessment_backtests_local
ENGINE = Distributed('surveyor', currentDatabase(), 'assessment_backtests_local', cityHash64(machine_id));

ALTER TABLE assessment_results_local ON CLUSTER 'surveyor'
    ADD COLUMN IF NOT EXISTS rightsizing LowCardinality(Nullable(String)) AFTER confidence_percent,
    ADD COLUMN IF NOT EXISTS monthly_savings Nullable(Decimal(38, 12)) AFTER rightsizing,
    ADD COLUMN IF NOT EXISTS backtest_percent_above Nullable(Float64) AFTER monthly_savings;

ALTER TABLE assessment_results ON CLUSTER 'surveyor'
    ADD COLUMN IF NOT EXISTS rightsizing LowCardinality(Nullable(String)) AFTER confidence_percent,
    ADD COLUMN IF NOT EXISTS monthly_savings Nullable(Decimal(38, 12)) AFTER rightsizing,
    ADD COLUMN IF NOT EXISTS backtest_percent_above Nullable(Float64) AFTER monthly_savings;
