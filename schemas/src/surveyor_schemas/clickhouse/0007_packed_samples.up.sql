-- Raw samples as whole numbers, much as their sources counted: `units * numerator / denominator`. That takes less than
-- half of what doubles take. What arrives has a table of its own that stores nothing; views pack it and roll it up.
DROP VIEW IF EXISTS {{all samples}} {{on_cluster}};
DROP VIEW IF EXISTS {{local machine_10m_view}} {{on_cluster}};
DROP VIEW IF EXISTS {{local disk_10m_view}} {{on_cluster}};
DROP VIEW IF EXISTS {{local nic_10m_view}} {{on_cluster}};

RENAME TABLE IF EXISTS {{local performance_samples}} TO {{local performance_samples_wide}} {{on_cluster}};

{{distributed performance_samples_wide by machine_id}};

{{drop performance_samples}};

-- One row per metric, machine, instance and window of one batch. The hash covers times and values, so that neither
-- another window nor a differing re-read of the same window replaces this one. Partitions are days, which end as whole
-- files; small granules, because one machine's series are read.
CREATE TABLE {{local performance_samples}} {{on_cluster}}
(
    metric           LowCardinality(String),
    machine_id       UUID,
    instance         String,
    first_sampled_at DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    last_sampled_at  DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    window_hash      UInt32 CODEC(NONE),
    interval_seconds UInt16,
    sampled_at       Array(DateTime('UTC')) CODEC(DoubleDelta, ZSTD(1)),
    numerator        UInt16,
    denominator      UInt32,
    units            Array(Int64) CODEC(T64('bit'), ZSTD(1)),
    exact_values     Array(Float64) CODEC(ZSTD(3)),
    method           LowCardinality(String),
    generated        Bool,
    source_id        LowCardinality(String),
    INDEX by_last_sampled_at last_sampled_at TYPE minmax GRANULARITY 1
)
ENGINE = {{engine ReplacingMergeTree()}}
PARTITION BY toDate(first_sampled_at)
ORDER BY (metric, machine_id, instance, first_sampled_at, last_sampled_at, window_hash)
TTL last_sampled_at + INTERVAL 35 DAY
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1;

{{distributed performance_samples by machine_id}};

-- Where samples are inserted; `values` are the canonical ones.
CREATE TABLE {{local arriving_samples}} {{on_cluster}}
(
    metric           LowCardinality(String),
    machine_id       UUID,
    instance         String,
    first_sampled_at DateTime('UTC'),
    last_sampled_at  DateTime('UTC'),
    window_hash      UInt64,
    interval_seconds UInt16,
    sampled_at       Array(DateTime('UTC')),
    values           Array(Float64),
    method           LowCardinality(String),
    generated        Bool,
    source_id        LowCardinality(String)
)
ENGINE = Null;

{{distributed arriving_samples by machine_id}};

-- A scale counts when it gives each of a row's values back to the last bit (whole numbers of a double end at 2^53, about
-- 9e15); where none does, the row keeps its doubles.
CREATE MATERIALIZED VIEW {{local performance_samples_view}} {{on_cluster}} TO {{local performance_samples}} AS
WITH
    scale -> arrayAll(
        v -> v * scale.2 < 9e15 AND round(v * scale.2 / scale.1) * scale.1 / scale.2 = v, values) AS is_exact
SELECT
    metric, machine_id, instance, first_sampled_at, last_sampled_at,
    toUInt32(window_hash) AS window_hash,
    interval_seconds, sampled_at,
    chosen.1 AS numerator,
    chosen.2 AS denominator,
    if(denominator = 0, [], arrayMap(v -> toInt64(round(v * chosen.2 / chosen.1)), values)) AS units,
    if(denominator = 0, values, []) AS exact_values,
    method, generated, source_id
FROM
(
    SELECT
        *,
        multiIf(metric LIKE '%_mb_per_second', [(1024, 1000000), (1, 1000000), (1, 1000000000)],
                metric LIKE '%_percent', [(1, 100), (1, 10000), (1, 1000000)],
                [(1, 1), (1, 1000), (1, 1000000)]) AS scales,
        multiIf(is_exact(scales[1]), scales[1],
                is_exact(scales[2]), scales[2],
                is_exact(scales[3]), scales[3],
                (1, 0)) AS chosen
    FROM {{local arriving_samples}}
);

INSERT INTO {{all arriving_samples}}
SELECT
    metric, machine_id, instance, first_sampled_at, last_sampled_at, window_hash, interval_seconds,
    sampled_at, values, method, generated, source_id
FROM {{all performance_samples_wide}};

{{drop performance_samples_wide}};

-- How to read samples: where two reads of a source disagree the larger value counts, as in the roll-ups.
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
    ARRAY JOIN
        sampled_at AS sample_at,
        if(denominator = 0, exact_values, arrayMap(unit -> toFloat64(unit) * numerator / denominator, units)) AS sample_value
)
GROUP BY metric, machine_id, instance, sample_at;

-- The same for one machine and a stretch of time, from `from_seconds` until before `until_seconds` (epoch):
-- reads only the days and granules that it lies in, which a condition on `samples` cannot bring about.
CREATE VIEW {{all samples_of_machine}} {{on_cluster}} AS
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
    ARRAY JOIN
        sampled_at AS sample_at,
        if(denominator = 0, exact_values, arrayMap(unit -> toFloat64(unit) * numerator / denominator, units)) AS sample_value
    WHERE machine_id = {machine_id:UUID} AND metric IN {metrics:Array(String)}
        AND first_sampled_at < fromUnixTimestamp({until_seconds:Int64})
        AND last_sampled_at >= fromUnixTimestamp({from_seconds:Int64})
)
WHERE sample_at >= fromUnixTimestamp({from_seconds:Int64})
    AND sample_at < fromUnixTimestamp({until_seconds:Int64})
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
    FROM {{local arriving_samples}}
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
    FROM {{local arriving_samples}}
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
    FROM {{local arriving_samples}}
    ARRAY JOIN sampled_at AS sample_at, values AS sample_value
    WHERE metric IN ('received_mb_per_second', 'transmitted_mb_per_second')
)
GROUP BY machine_id, instance, slot_at;
