RENAME TABLE IF EXISTS {{local peaks_day}} TO {{local peaks_day_fine}} {{on_cluster}};

{{distributed peaks_day_fine by machine_id}};

{{drop peaks_day}};

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

INSERT INTO {{all peaks_day}} (metric, machine_id, instance, day, peaks, sealed_at)
SELECT metric, machine_id, instance, day, peaks, sealed_at FROM {{all peaks_day_fine}};

{{drop peaks_day_fine}};
