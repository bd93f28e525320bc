-- What a run was asked to do, and by which rules: with its `assessment_inputs` all that its result follows from.
CREATE TABLE {{local assessment_runs}} {{on_cluster}}
(
    run_id        UUID,
    assessment_id UUID,
    document      String CODEC(ZSTD(3)),
    taken_up_at   DateTime64(6, 'UTC')
)
ENGINE = {{engine ReplacingMergeTree(taken_up_at)}}
ORDER BY run_id
TTL toDateTime(taken_up_at) + INTERVAL 25 MONTH;

{{distributed assessment_runs by run_id}};

-- `document` is a CatalogueContents: what people can choose from a catalogue, read without unpacking it.
CREATE TABLE {{local catalogue_contents}} {{on_cluster}}
(
    hash       String,
    document   String CODEC(ZSTD(3)),
    written_at DateTime64(3, 'UTC')
)
ENGINE = {{engine ReplacingMergeTree(written_at)}}
ORDER BY hash;

{{distributed catalogue_contents by hash}};

-- The sizes of a catalogue and the regions that list them.
CREATE TABLE {{local catalogue_sizes}} {{on_cluster}}
(
    hash       String,
    name       String,
    series     LowCardinality(String),
    vcpus      UInt16,
    memory_gib Nullable(Float64),
    regions    Array(LowCardinality(String)),
    written_at DateTime64(3, 'UTC')
)
ENGINE = {{engine ReplacingMergeTree(written_at)}}
ORDER BY (hash, name);

{{distributed catalogue_sizes by hash}};
