CREATE TABLE assessment_runs_local ON CLUSTER 'surveyor'
(
    run_id        UUID,
    assessment_id UUID,
    document      String CODEC(ZSTD(3)),
    taken_up_at   DateTime64(6, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', taken_up_at)
ORDER BY run_id
TTL toDateTime(taken_up_at) + INTERVAL 25 MONTH;

CREATE TABLE assessment_runs ON CLUSTER 'surveyor' AS assessment_runs_local
ENGINE = Distributed('surveyor', currentDatabase(), 'assessment_runs_local', cityHash64(run_id));

CREATE TABLE catalogue_contents_local ON CLUSTER 'surveyor'
(
    hash       String,
    document   String CODEC(ZSTD(3)),
    written_at DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', written_at)
ORDER BY hash;

CREATE TABLE catalogue_contents ON CLUSTER 'surveyor' AS catalogue_contents_local
ENGINE = Distributed('surveyor', currentDatabase(), 'catalogue_contents_local', cityHash64(hash));

CREATE TABLE catalogue_sizes_local ON CLUSTER 'surveyor'
(
    hash       String,
    name       String,
    series     LowCardinality(String),
    vcpus      UInt16,
    memory_gib Nullable(Float64),
    regions    Array(LowCardinality(String)),
    written_at DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', written_at)
ORDER BY (hash, name);

CREATE TABLE catalogue_sizes ON CLUSTER 'surveyor' AS catalogue_sizes_local
ENGINE = Distributed('surveyor', currentDatabase(), 'catalogue_sizes_local', cityHash64(hash));
