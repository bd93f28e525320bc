DROP VIEW IF EXISTS {{all samples_of_machine}} {{on_cluster}};
DROP VIEW IF EXISTS {{all samples}} {{on_cluster}};
DROP VIEW IF EXISTS {{local performance_samples_view}} {{on_cluster}};
DROP VIEW IF EXISTS {{local machine_10m_view}} {{on_cluster}};
DROP VIEW IF EXISTS {{local disk_10m_view}} {{on_cluster}};
DROP VIEW IF EXISTS {{local nic_10m_view}} {{on_cluster}};
{{drop arriving_samples}};

RENAME TABLE IF EXISTS {{local performance_samples}} TO {{local performance_samples_packed}} {{on_cluster}};

{{distributed performance_samples_packed by machine_id}};

{{drop performance_samples}};

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

INSERT INTO {{all performance_samples}}
    (metric, machine_id, instance, first_sampled_at, last_sampled_at, window_hash, interval_seconds,
     sampled_at, values, method, generated, source_id)
SELECT
    metric, machine_id, instance, first_sampled_at, last_sampled_at, window_hash, interval_seconds, sampled_at,
    if(denominator = 0, exact_values, arrayMap(unit -> toFloat64(unit) * numerator / denominator, units)) AS values,
    method, generated, source_id
FROM {{all performance_samples_packed}};

{{drop performance_samples_packed}};

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
