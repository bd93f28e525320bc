-- Raw series, packed: one row per metric, machine, instance and window of one batch. The hash covers times and
-- values, so that neither another window nor a differing re-read of the same window replaces this one.
CREATE TABLE {{local performance_samples}} {{on_cluster}}
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
ENGINE = {{engine ReplacingMergeTree(ingested_at)}}
PARTITION BY toMonday(first_sampled_at)
ORDER BY (metric, machine_id, instance, first_sampled_at, last_sampled_at, window_hash)
TTL last_sampled_at + INTERVAL 35 DAY;

{{distributed performance_samples by machine_id}};

-- The one way to read samples: where two reads of a source disagree the larger value counts, as in the roll-ups.
CREATE VIEW {{all samples}} {{on_cluster}} AS
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
    FROM {{all performance_samples}}
    ARRAY JOIN sampled_at AS sample_at, values AS sample_value
)
GROUP BY metric, machine_id, instance, sample_at;

-- 10-minute roll-ups hold idempotent, commutative functions only (max, min, bit-or): a repeat changes nothing.
-- Bit n of *_samples is set when the slot has a sample in its n-th interval.
CREATE TABLE {{local machine_10m}} {{on_cluster}}
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
ENGINE = {{engine AggregatingMergeTree()}}
PARTITION BY toYYYYMM(slot_at)
ORDER BY (machine_id, slot_at)
TTL slot_at + INTERVAL 13 MONTH;

{{distributed machine_10m by machine_id}};

CREATE TABLE {{local disk_10m}} {{on_cluster}}
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
ENGINE = {{engine AggregatingMergeTree()}}
PARTITION BY toYYYYMM(slot_at)
ORDER BY (machine_id, instance, slot_at)
TTL slot_at + INTERVAL 13 MONTH;

{{distributed disk_10m by machine_id}};

CREATE TABLE {{local nic_10m}} {{on_cluster}}
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
ENGINE = {{engine AggregatingMergeTree()}}
PARTITION BY toYYYYMM(slot_at)
ORDER BY (machine_id, instance, slot_at)
TTL slot_at + INTERVAL 13 MONTH;

{{distributed nic_10m by machine_id}};

CREATE MATERIALIZED VIEW {{local machine_10m_view}} {{on_cluster}} TO {{local machine_10m}} AS
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
    FROM {{local performance_samples}}
    ARRAY JOIN sampled_at AS sample_at, values AS sample_value
    WHERE metric IN ('cpu_percent', 'cpu_ready_percent', 'memory_percent', 'memory_assigned_percent')
)
GROUP BY machine_id, slot_at;

CREATE MATERIALIZED VIEW {{local disk_10m_view}} {{on_cluster}} TO {{local disk_10m}} AS
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
    FROM {{local performance_samples}}
    ARRAY JOIN sampled_at AS sample_at, values AS sample_value
    WHERE metric IN ('read_iops', 'write_iops', 'read_mb_per_second', 'write_mb_per_second')
)
GROUP BY machine_id, instance, slot_at;

CREATE MATERIALIZED VIEW {{local nic_10m_view}} {{on_cluster}} TO {{local nic_10m}} AS
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
    FROM {{local performance_samples}}
    ARRAY JOIN sampled_at AS sample_at, values AS sample_value
    WHERE metric IN ('received_mb_per_second', 'transmitted_mb_per_second')
)
GROUP BY machine_id, instance, slot_at;

-- Days that are over: 144 peaks per metric and instance, position n for the n-th 10-minute slot, NULL for none.
CREATE TABLE {{local peaks_day}} {{on_cluster}}
(
    metric     LowCardinality(String),
    machine_id UUID,
    instance   String,
    day        Date,
    peaks      Array(Nullable(Float64)) CODEC(ZSTD(1)),
    sealed_at  DateTime64(3, 'UTC')
)
ENGINE = {{engine ReplacingMergeTree(sealed_at)}}
PARTITION BY toYYYYMM(day)
ORDER BY (metric, machine_id, instance, day)
TTL day + INTERVAL 13 MONTH;

{{distributed peaks_day by machine_id}};

-- Which batches are in the tables above; compared with the collectors' heartbeats.
CREATE TABLE {{local ingested_batches}} {{on_cluster}}
(
    source_id   String,
    run_id      UUID,
    batch_no    UInt64,
    values      UInt64,
    ingested_at DateTime('UTC') DEFAULT now()
)
ENGINE = {{engine ReplacingMergeTree(ingested_at)}}
ORDER BY (source_id, run_id, batch_no)
TTL ingested_at + INTERVAL 35 DAY;

{{distributed ingested_batches by source_id}};

CREATE TABLE {{local lost_samples}} {{on_cluster}}
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
ENGINE = {{engine ReplacingMergeTree(collected_at)}}
ORDER BY (source_id, run_id, from_at, until_at)
TTL toDateTime(until_at) + INTERVAL 13 MONTH;

{{distributed lost_samples by source_id}};
