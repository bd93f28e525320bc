RENAME TABLE IF EXISTS peaks_day_local TO peaks_day_coarse_local ON CLUSTER 'surveyor';

CREATE TABLE peaks_day_coarse ON CLUSTER 'surveyor' AS peaks_day_coarse_local
ENGINE = Distributed('surveyor', currentDatabase(), 'peaks_day_coarse_local', cityHash64(machine_id));

DROP TABLE IF EXISTS peaks_day ON CLUSTER 'surveyor';

DROP TABLE IF EXISTS peaks_day_local ON CLUSTER 'surveyor';

CREATE TABLE peaks_day_local ON CLUSTER 'surveyor'
(
    metric     LowCardinality(String),
    machine_id UUID,
    instance   String,
    day        Date,
    peaks      Array(Nullable(Float64)) CODEC(ZSTD(1)),
    sealed_at  DateTime64(3, 'UTC'),
    points     UInt8 MATERIALIZED arrayCount(peak -> isNotNull(peak), peaks),
    highest    Array(Float64) MATERIALIZED arraySlice(
        arrayReverseSort(arrayMap(peak -> assumeNotNull(peak), arrayFilter(peak -> isNotNull(peak), peaks))), 1, 36
    ) CODEC(ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', sealed_at)
PARTITION BY toYYYYMM(day)
ORDER BY (metric, machine_id, instance, day)
TTL day + INTERVAL 13 MONTH
SETTINGS index_granularity = 128;

CREATE TABLE peaks_day ON CLUSTER 'surveyor' AS peaks_day_local
ENGINE = Distributed('surveyor', currentDatabase(), 'peaks_day_local', cityHash64(machine_id));

INSERT INTO peaks_day (metric, machine_id, instance, day, peaks, sealed_at)
SELECT metric, machine_id, instance, day, peaks, sealed_at FROM peaks_day_coarse;

DROP TABLE IF EXISTS peaks_day_coarse ON CLUSTER 'surveyor';

DROP TABLE IF EXISTS peaks_day_coarse_local ON CLUSTER 'surveyor';
