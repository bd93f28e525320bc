CREATE TABLE performance_samples_local ON CLUSTER 'surveyor'
(
    metric           LowCardinality(String),
    machine_id       UUID,
    instance         String,
    first_sampled_at DateTime('UTC') CODEC(Delta, ZSTD(1)),
    last_sampled_at  DateTime('UTC') CODEC(Delta, ZSTD(1)),
    window_hash      UInt64,
    interval_seconds UInt16,
    sampled_at       Array(DateTime('UTC')) CODEC(Delta, ZSTD(1)),
    values           Array(Float64) CODEC(ZSTD(1)),
    method           LowCardinality(String),
    generated        Bool,
    source_id        LowCardinality(String),
    ingested_at      DateTime('UTC') DEFAULT now()
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', ingested_at)
PARTITION BY toMonday(first_sampled_at)
ORDER BY (metric, machine_id, instance, first_sampled_at, last_sampled_at, window_hash)
TTL last_sampled_at + INTERVAL 35 DAY;

CREATE TABLE performance_samples ON CLUSTER 'surveyor' AS performance_samples_local
ENGINE = Distributed('surveyor', currentDatabase(), 'performance_samples_local', cityHash64(machine_id));

CREATE VIEW samples ON CLUSTER 'surveyor' AS
SELECT
    metric,
    machine_id,
    instance,
    sample_at AS sampled_at,
    max(sample_value) AS value,
    max(method) AS method,
    min(step_seconds) AS interval_seconds,
    min(is_generated) AS generated
FROM
(
    SELECT
        metric, machine_id, instance, method, sample_at, sample_value,
        interval_seconds AS step_seconds,
        generated AS is_generated
    FROM performance_samples
    ARRAY JOIN sampled_at AS sample_at, values AS sample_value
)
GROUP BY metric, machine_id, instance, sample_at;

CREATE TABLE machine_10m_local ON CLUSTER 'surveyor'
(
    machine_id                      UUID,
    slot_at                         DateTime('UTC') CODEC(Delta, ZSTD(1)),
    interval_seconds                SimpleAggregateFunction(min, UInt16),
    cpu_percent_max                 SimpleAggregateFunction(max, Nullable(Float64)),
    cpu_percent_min                 SimpleAggregateFunction(min, Nullable(Float64)),
    cpu_percent_samples             SimpleAggregateFunction(groupBitOr, UInt64),
    cpu_ready_percent_max           SimpleAggregateFunction(max, Nullable(Float64)),
    cpu_ready_percent_min           SimpleAggregateFunction(min, Nullable(Float64)),
    cpu_ready_percent_samples       SimpleAggregateFunction(groupBitOr, UInt64),
    memory_percent_max              SimpleAggregateFunction(max, Nullable(Float64)),
    memory_percent_min              SimpleAggregateFunction(min, Nullable(Float64)),
    memory_percent_samples          SimpleAggregateFunction(groupBitOr, UInt64),
    memory_assigned_percent_max     SimpleAggregateFunction(max, Nullable(Float64)),
    memory_assigned_percent_min     SimpleAggregateFunction(min, Nullable(Float64)),
    memory_assigned_percent_samples SimpleAggregateFunction(groupBitOr, UInt64),
    memory_method                   SimpleAggregateFunction(max, LowCardinality(String)),
    generated                       SimpleAggregateFunction(max, UInt8)
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(slot_at)
ORDER BY (machine_id, slot_at)
TTL slot_at + INTERVAL 13 MONTH;

CREATE TABLE machine_10m ON CLUSTER 'surveyor' AS machine_10m_local
ENGINE = Distributed('surveyor', currentDatabase(), 'machine_10m_local', cityHash64(machine_id));

CREATE TABLE disk_10m_local ON CLUSTER 'surveyor'
(
    machine_id                  UUID,
    instance                    String,
    slot_at                     DateTime('UTC') CODEC(Delta, ZSTD(1)),
    interval_seconds            SimpleAggregateFunction(min, UInt16),
    read_iops_max               SimpleAggregateFunction(max, Nullable(Float64)),
    read_iops_min               SimpleAggregateFunction(min, Nullable(Float64)),
    read_iops_samples           SimpleAggregateFunction(groupBitOr, UInt64),
    write_iops_max              SimpleAggregateFunction(max, Nullable(Float64)),
    write_iops_min              SimpleAggregateFunction(min, Nullable(Float64)),
    write_iops_samples          SimpleAggregateFunction(groupBitOr, UInt64),
    read_mb_per_second_max      SimpleAggregateFunction(max, Nullable(Float64)),
    read_mb_per_second_min      SimpleAggregateFunction(min, Nullable(Float64)),
    read_mb_per_second_samples  SimpleAggregateFunction(groupBitOr, UInt64),
    write_mb_per_second_max     SimpleAggregateFunction(max, Nullable(Float64)),
    write_mb_per_second_min     SimpleAggregateFunction(min, Nullable(Float64)),
    write_mb_per_second_samples SimpleAggregateFunction(groupBitOr, UInt64),
    generated                   SimpleAggregateFunction(max, UInt8)
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(slot_at)
ORDER BY (machine_id, instance, slot_at)
TTL slot_at + INTERVAL 13 MONTH;

CREATE TABLE disk_10m ON CLUSTER 'surveyor' AS disk_10m_local
ENGINE = Distributed('surveyor', currentDatabase(), 'disk_10m_local', cityHash64(machine_id));

CREATE TABLE nic_10m_local ON CLUSTER 'surveyor'
(
    machine_id                        UUID,
    instance                          String,
    slot_at                           DateTime('UTC') CODEC(Delta, ZSTD(1)),
    interval_seconds                  SimpleAggregateFunction(min, UInt16),
    received_mb_per_second_max        SimpleAggregateFunction(max, Nullable(Float64)),
    received_mb_per_second_min        SimpleAggregateFunction(min, Nullable(Float64)),
    received_mb_per_second_samples    SimpleAggregateFunction(groupBitOr, UInt64),
    transmitted_mb_per_second_max     SimpleAggregateFunction(max, Nullable(Float64)),
    transmitted_mb_per_second_min     SimpleAggregateFunction(min, Nullable(Float64)),
    transmitted_mb_per_second_samples SimpleAggregateFunction(groupBitOr, UInt64),
    generated                         SimpleAggregateFunction(max, UInt8)
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toYYYYMM(slot_at)
ORDER BY (machine_id, instance, slot_at)
TTL slot_at + INTERVAL 13 MONTH;

CREATE TABLE nic_10m ON CLUSTER 'surveyor' AS nic_10m_local
ENGINE = Distributed('surveyor', currentDatabase(), 'nic_10m_local', cityHash64(machine_id));

CREATE MATERIALIZED VIEW machine_10m_view_local ON CLUSTER 'surveyor' TO machine_10m_local AS
SELECT
    machine_id,
    toStartOfInterval(sample_at, INTERVAL 10 MINUTE) AS slot_at,
    min(step_seconds) AS interval_seconds,
    maxOrNullIf(sample_value, metric = 'cpu_percent') AS cpu_percent_max,
    minOrNullIf(sample_value, metric = 'cpu_percent') AS cpu_percent_min,
    groupBitOrIf(sample_bit, metric = 'cpu_percent') AS cpu_percent_samples,
    maxOrNullIf(sample_value, metric = 'cpu_ready_percent') AS cpu_ready_percent_max,
    minOrNullIf(sample_value, metric = 'cpu_ready_percent') AS cpu_ready_percent_min,
    groupBitOrIf(sample_bit, metric = 'cpu_ready_percent') AS cpu_ready_percent_samples,
    maxOrNullIf(sample_value, metric = 'memory_percent') AS memory_percent_max,
    minOrNullIf(sample_value, metric = 'memory_percent') AS memory_percent_min,
    groupBitOrIf(sample_bit, metric = 'memory_percent') AS memory_percent_samples,
    maxOrNullIf(sample_value, metric = 'memory_assigned_percent') AS memory_assigned_percent_max,
    minOrNullIf(sample_value, metric = 'memory_assigned_percent') AS memory_assigned_percent_min,
    groupBitOrIf(sample_bit, metric = 'memory_assigned_percent') AS memory_assigned_percent_samples,
    maxIf(method, metric = 'memory_percent') AS memory_method,
    max(is_generated) AS generated
FROM
(
    SELECT
        metric, machine_id, instance, method, sample_at, sample_value,
        interval_seconds AS step_seconds,
        toUInt8(generated) AS is_generated,
        bitShiftLeft(toUInt64(1), intDiv(toUInt32(sample_at) % 600, interval_seconds)) AS sample_bit
    FROM performance_samples_local
    ARRAY JOIN sampled_at AS sample_at, values AS sample_value
    WHERE metric IN ('cpu_percent', 'cpu_ready_percent', 'memory_percent', 'memory_assigned_percent')
)
GROUP BY machine_id, slot_at;

CREATE MATERIALIZED VIEW disk_10m_view_local ON CLUSTER 'surveyor' TO disk_10m_local AS
SELECT
    machine_id,
    instance,
    toStartOfInterval(sample_at, INTERVAL 10 MINUTE) AS slot_at,
    min(step_seconds) AS interval_seconds,
    maxOrNullIf(sample_value, metric = 'read_iops') AS read_iops_max,
    minOrNullIf(sample_value, metric = 'read_iops') AS read_iops_min,
    groupBitOrIf(sample_bit, metric = 'read_iops') AS read_iops_samples,
    maxOrNullIf(sample_value, metric = 'write_iops') AS write_iops_max,
    minOrNullIf(sample_value, metric = 'write_iops') AS write_iops_min,
    groupBitOrIf(sample_bit, metric = 'write_iops') AS write_iops_samples,
    maxOrNullIf(sample_value, metric = 'read_mb_per_second') AS read_mb_per_second_max,
    minOrNullIf(sample_value, metric = 'read_mb_per_second') AS read_mb_per_second_min,
    groupBitOrIf(sample_bit, metric = 'read_mb_per_second') AS read_mb_per_second_samples,
    maxOrNullIf(sample_value, metric = 'write_mb_per_second') AS write_mb_per_second_max,
    minOrNullIf(sample_value, metric = 'write_mb_per_second') AS write_mb_per_second_min,
    groupBitOrIf(sample_bit, metric = 'write_mb_per_second') AS write_mb_per_second_samples,
    max(is_generated) AS generated
FROM
(
    SELECT
        metric, machine_id, instance, method, sample_at, sample_value,
        interval_seconds AS step_seconds,
        toUInt8(generated) AS is_generated,
        bitShiftLeft(toUInt64(1), intDiv(toUInt32(sample_at) % 600, interval_seconds)) AS sample_bit
    FROM performance_samples_local
    ARRAY JOIN sampled_at AS sample_at, values AS sample_value
    WHERE metric IN ('read_iops', 'write_iops', 'read_mb_per_second', 'write_mb_per_second')
)
GROUP BY machine_id, instance, slot_at;

CREATE MATERIALIZED VIEW nic_10m_view_local ON CLUSTER 'surveyor' TO nic_10m_local AS
SELECT
    machine_id,
    instance,
    toStartOfInterval(sample_at, INTERVAL 10 MINUTE) AS slot_at,
    min(step_seconds) AS interval_seconds,
    maxOrNullIf(sample_value, metric = 'received_mb_per_second') AS received_mb_per_second_max,
    minOrNullIf(sample_value, metric = 'received_mb_per_second') AS received_mb_per_second_min,
    groupBitOrIf(sample_bit, metric = 'received_mb_per_second') AS received_mb_per_second_samples,
    maxOrNullIf(sample_value, metric = 'transmitted_mb_per_second') AS transmitted_mb_per_second_max,
    minOrNullIf(sample_value, metric = 'transmitted_mb_per_second') AS transmitted_mb_per_second_min,
    groupBitOrIf(sample_bit, metric = 'transmitted_mb_per_second') AS transmitted_mb_per_second_samples,
    max(is_generated) AS generated
FROM
(
    SELECT
        metric, machine_id, instance, method, sample_at, sample_value,
        interval_seconds AS step_seconds,
        toUInt8(generated) AS is_generated,
        bitShiftLeft(toUInt64(1), intDiv(toUInt32(sample_at) % 600, interval_seconds)) AS sample_bit
    FROM performance_samples_local
    ARRAY JOIN sampled_at AS sample_at, values AS sample_value
    WHERE metric IN ('received_mb_per_second', 'transmitted_mb_per_second')
)
GROUP BY machine_id, instance, slot_at;

CREATE TABLE peaks_day_local ON CLUSTER 'surveyor'
(
    metric     LowCardinality(String),
    machine_id UUID,
    instance   String,
    day        Date,
    peaks      Array(Nullable(Float64)) CODEC(ZSTD(1)),
    sealed_at  DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', sealed_at)
PARTITION BY toYYYYMM(day)
ORDER BY (metric, machine_id, instance, day)
TTL day + INTERVAL 13 MONTH;

CREATE TABLE peaks_day ON CLUSTER 'surveyor' AS peaks_day_local
ENGINE = Distributed('surveyor', currentDatabase(), 'peaks_day_local', cityHash64(machine_id));

CREATE TABLE ingested_batches_local ON CLUSTER 'surveyor'
(
    source_id   String,
    run_id      UUID,
    batch_no    UInt64,
    values      UInt64,
    ingested_at DateTime('UTC') DEFAULT now()
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', ingested_at)
ORDER BY (source_id, run_id, batch_no)
TTL ingested_at + INTERVAL 35 DAY;

CREATE TABLE ingested_batches ON CLUSTER 'surveyor' AS ingested_batches_local
ENGINE = Distributed('surveyor', currentDatabase(), 'ingested_batches_local', cityHash64(source_id));

CREATE TABLE lost_samples_local ON CLUSTER 'surveyor'
(
    source_id     String,
    run_id        UUID,
    from_at       DateTime64(6, 'UTC'),
    until_at      DateTime64(6, 'UTC'),
    machine_count Nullable(UInt64),
    value_count   Nullable(UInt64),
    reason        LowCardinality(String),
    detail        Nullable(String),
    collected_at  DateTime64(6, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', collected_at)
ORDER BY (source_id, run_id, from_at, until_at)
TTL toDateTime(until_at) + INTERVAL 13 MONTH;

CREATE TABLE lost_samples ON CLUSTER 'surveyor' AS lost_samples_local
ENGINE = Distributed('surveyor', currentDatabase(), 'lost_samples_local', cityHash64(source_id));
