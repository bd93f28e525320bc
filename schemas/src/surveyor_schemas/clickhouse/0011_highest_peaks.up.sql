-- The highest quarter of a day's peaks, highest first, and how many peaks the day has: percentiles near the top of a
-- month are found from these without reading the other peaks. Some machines' peaks are read whole nevertheless, here and
-- there in the order of ids: small granules, four machines' months each instead of 264, spare what lies between.
RENAME TABLE IF EXISTS {{local peaks_day}} TO {{local peaks_day_coarse}} {{on_cluster}};

{{distributed peaks_day_coarse by machine_id}};

{{drop peaks_day}};

CREATE TABLE {{local peaks_day}} {{on_cluster}}
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
ENGINE = {{engine ReplacingMergeTree(sealed_at)}}
PARTITION BY toYYYYMM(day)
ORDER BY (metric, machine_id, instance, day)
TTL day + INTERVAL 13 MONTH
SETTINGS index_granularity = 128;

{{distributed peaks_day by machine_id}};

INSERT INTO {{all peaks_day}} (metric, machine_id, instance, day, peaks, sealed_at)
SELECT metric, machine_id, instance, day, peaks, sealed_at FROM {{all peaks_day_coarse}};

{{drop peaks_day_coarse}};
