CREATE TABLE assessment_scope_local ON CLUSTER 'surveyor'
(
    run_id     UUID,
    machine_id UUID,
    written_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', written_at)
ORDER BY (run_id, machine_id)
TTL toDateTime(written_at) + INTERVAL 25 MONTH;

CREATE TABLE assessment_scope ON CLUSTER 'surveyor' AS assessment_scope_local
ENGINE = Distributed('surveyor', currentDatabase(), 'assessment_scope_local', cityHash64(machine_id));

CREATE TABLE assessment_inputs_local ON CLUSTER 'surveyor'
(
    run_id     UUID,
    machine_id UUID,
    document   String CODEC(ZSTD(3)),
    read_at    DateTime64(6, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', read_at)
ORDER BY (run_id, machine_id)
TTL toDateTime(read_at) + INTERVAL 25 MONTH;

CREATE TABLE assessment_inputs ON CLUSTER 'surveyor' AS assessment_inputs_local
ENGINE = Distributed('surveyor', currentDatabase(), 'assessment_inputs_local', cityHash64(machine_id));

CREATE TABLE assessment_results_local ON CLUSTER 'surveyor'
(
    run_id               UUID,
    machine_id           UUID,
    display_name         String,
    suitability          LowCardinality(String),
    recommended_size     LowCardinality(Nullable(String)),
    monthly_compute_cost Nullable(Decimal(38, 12)),
    monthly_storage_cost Nullable(Decimal(38, 12)),
    confidence_percent   Nullable(Float64),
    document             String CODEC(ZSTD(3)),
    written_at           DateTime64(6, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', written_at)
ORDER BY (run_id, machine_id)
TTL toDateTime(written_at) + INTERVAL 25 MONTH;

CREATE TABLE assessment_results ON CLUSTER 'surveyor' AS assessment_results_local
ENGINE = Distributed('surveyor', currentDatabase(), 'assessment_results_local', cityHash64(machine_id));

CREATE TABLE assessment_summaries_local ON CLUSTER 'surveyor'
(
    run_id        UUID,
    assessment_id UUID,
    document      String CODEC(ZSTD(3)),
    completed_at  DateTime64(6, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', completed_at)
ORDER BY run_id
TTL toDateTime(completed_at) + INTERVAL 25 MONTH;

CREATE TABLE assessment_summaries ON CLUSTER 'surveyor' AS assessment_summaries_local
ENGINE = Distributed('surveyor', currentDatabase(), 'assessment_summaries_local', cityHash64(run_id));

CREATE TABLE catalogues_local ON CLUSTER 'surveyor'
(
    hash         String,
    prices_at    Nullable(DateTime('UTC')),
    published_at DateTime64(3, 'UTC'),
    bytes        String CODEC(NONE)
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', published_at)
ORDER BY hash;

CREATE TABLE catalogues ON CLUSTER 'surveyor' AS catalogues_local
ENGINE = Distributed('surveyor', currentDatabase(), 'catalogues_local', cityHash64(hash));
