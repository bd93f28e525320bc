-- The latest state of each machine; `document` is the whole canonical machine, the columns are for lists and filters.
CREATE TABLE {{local machine_state}} {{on_cluster}}
(
    machine_id       UUID,
    revision         UInt64,
    source_kind      LowCardinality(String),
    source_id        LowCardinality(String),
    name             String,
    power_state      LowCardinality(Nullable(String)),
    is_template      Bool,
    boot_type        LowCardinality(Nullable(String)),
    os_name          Nullable(String),
    os_family        LowCardinality(String),
    cores            Nullable(UInt32),
    memory_mib       Nullable(UInt64),
    disk_count       UInt32,
    disk_bytes       Nullable(UInt64),
    nic_count        UInt32,
    host_name        Nullable(String),
    cluster_name     Nullable(String),
    datacenter_name  Nullable(String),
    observed_at      DateTime64(6, 'UTC'),
    removed_at       Nullable(DateTime64(6, 'UTC')),
    document         String CODEC(ZSTD(1))
)
ENGINE = {{engine ReplacingMergeTree(revision)}}
ORDER BY machine_id;

{{distributed machine_state by machine_id}};

CREATE TABLE {{local machine_changes}} {{on_cluster}}
(
    change_id            UUID,
    machine_id           UUID,
    machine_name         String,
    source_id            LowCardinality(String),
    revision             UInt64,
    kind                 LowCardinality(String),
    field_path           String,
    before               Nullable(String),
    after                Nullable(String),
    outdates_assessments Bool,
    observed_at          DateTime64(6, 'UTC'),
    recorded_at          DateTime64(6, 'UTC'),
    INDEX by_recorded_at recorded_at TYPE minmax GRANULARITY 1
)
ENGINE = {{engine ReplacingMergeTree(recorded_at)}}
PARTITION BY toYYYYMM(observed_at)
ORDER BY (machine_id, revision, field_path)
TTL toDateTime(observed_at) + INTERVAL 13 MONTH;

{{distributed machine_changes by machine_id}};

-- One row per crash of a consumer at a message, so that a message that kills its reader can be told.
CREATE TABLE {{local consumer_crashes}} {{on_cluster}}
(
    consumer   LowCardinality(String),
    topic      LowCardinality(String),
    partition  UInt32,
    offset     UInt64,
    error      String,
    crashed_at DateTime64(6, 'UTC')
)
ENGINE = {{engine MergeTree()}}
ORDER BY (consumer, topic, partition, offset, crashed_at)
TTL toDateTime(crashed_at) + INTERVAL 7 DAY;

{{distributed consumer_crashes by topic}};
