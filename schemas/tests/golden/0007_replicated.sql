DROP VIEW IF EXISTS samples ON CLUSTER 'surveyor';

DROP VIEW IF EXISTS machine_10m_view_local ON CLUSTER 'surveyor';

DROP VIEW IF EXISTS disk_10m_view_local ON CLUSTER 'surveyor';

DROP VIEW IF EXISTS nic_10m_view_local ON CLUSTER 'surveyor';

RENAME TABLE IF EXISTS performance_samples_local TO performance_samples_wide_local ON CLUSTER 'surveyor';

CREATE TABLE performance_samples_wide ON CLUSTER 'surveyor' AS performance_samples_wide_local
ENGINE = Distributed('surveyor', currentDatabase(), 'performance_samples_wide_local', cityHash64(machine_id));

DROP TABLE IF EXISTS performance_samples ON CLUSTER 'surveyor';

DROP TABLE IF EXISTS performance_samples_local ON CLUSTER 'surveyor';

CREATE TABLE performance_samples_local ON CLUSTER 'surveyor'
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
PARTITION BY toDate(first_sampled_at)
ORDER BY (metric, machine_id, instance, first_sampled_at, last_sampled_at, window_hash)
TTL last_sampled_at + INTERVAL 35 DAY
SETTINGS index_granularity = 2048, ttl_only_drop_parts = 1;

CREATE TABLE performance_samples ON CLUSTER 'surveyor' AS performance_samples_local
ENGINE = Distributed('surveyor', currentDatabase(), 'performance_samples_local', cityHash64(machine_id));

CREATE TABLE arriving_samples_local ON CLUSTER 'surveyor'
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

CREATE TABLE arriving_samples ON CLUSTER 'surveyor' AS arriving_samples_local
ENGINE = Distributed('surveyor', currentDatabase(), 'arriving_samples_local', cityHash64(machine_id));

CREATE MATERIALIZED VIEW performance_samples_view_local ON CLUSTER 'surveyor' TO performance_samples_local AS
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
    FROM arriving_samples_local
);

INSERT INTO arriving_samples
SELECT
    metric, machine_id, instance, first_sampled_at, last_sampled_at, window_hash, interval_seconds,
    sampled_at, values, method, generated, source_id
FROM performance_samples_wide;

DROP TABLE IF EXISTS performance_samples_wide ON CLUSTER 'surveyor';

DROP TABLE IF EXISTS performance_samples_wide_local ON CLUSTER 'surveyor';

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
    ARRAY JOIN
        sampled_at AS sample_at,
        if(denominator = 0, exact_values, arrayMap(unit -> toFloat64(unit) * numerator / denominator, units)) AS sample_value
)
GROUP BY metric, machine_id, instance, sample_at;

CREATE VIEW samples_of_machine ON CLUSTER 'surveyor' AS
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
    FROM arriving_samples_local
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
    FROM arriving_samples_local
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
    FROM arriving_samples_local
    ARRAY JOIN sampled_at AS sample_at, values AS sample_value
    WHERE metric IN ('received_mb_per_second', 'transmitted_mb_per_second')
)
GROUP BY machine_id, instance, slot_at;
