-- Which machines a run covers, written by query-api before it publishes the request.
CREATE TABLE {{local assessment_scope}} {{on_cluster}}
(
    run_id     UUID,
    machine_id UUID,
    written_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = {{engine ReplacingMergeTree(written_at)}}
ORDER BY (run_id, machine_id)
TTL toDateTime(written_at) + INTERVAL 25 MONTH;

{{distributed assessment_scope by machine_id}};

-- What a run was computed from: enough to compute it again, long after the samples are gone.
CREATE TABLE {{local assessment_inputs}} {{on_cluster}}
(
    run_id     UUID,
    machine_id UUID,
    document   String CODEC(ZSTD(3)),
    read_at    DateTime64(6, 'UTC')
)
ENGINE = {{engine ReplacingMergeTree(read_at)}}
ORDER BY (run_id, machine_id)
TTL toDateTime(read_at) + INTERVAL 25 MONTH;

{{distributed assessment_inputs by machine_id}};

-- `document` is an AssessedMachine. Readers show a run only when it has a row in assessment_summaries.
CREATE TABLE {{local assessment_results}} {{on_cluster}}
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
ENGINE = {{engine ReplacingMergeTree(written_at)}}
ORDER BY (run_id, machine_id)
TTL toDateTime(written_at) + INTERVAL 25 MONTH;

{{distributed assessment_results by machine_id}};

-- `document` is an AssessmentSummary; its row is written last.
CREATE TABLE {{local assessment_summaries}} {{on_cluster}}
(
    run_id        UUID,
    assessment_id UUID,
    document      String CODEC(ZSTD(3)),
    completed_at  DateTime64(6, 'UTC')
)
ENGINE = {{engine ReplacingMergeTree(completed_at)}}
ORDER BY run_id
TTL toDateTime(completed_at) + INTERVAL 25 MONTH;

{{distributed assessment_summaries by run_id}};

-- Catalogues by content hash; the newest `published_at` is the one that new requests pin.
CREATE TABLE {{local catalogues}} {{on_cluster}}
(
    hash         String,
    prices_at    Nullable(DateTime('UTC')),
    published_at DateTime64(3, 'UTC'),
    bytes        String CODEC(NONE)
)
ENGINE = {{engine ReplacingMergeTree(published_at)}}
ORDER BY hash;

{{distributed catalogues by hash}};
