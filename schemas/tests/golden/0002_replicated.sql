CREATE TABLE machine_state_local ON CLUSTER 'surveyor'
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', revision)
ORDER BY machine_id;

CREATE TABLE machine_state ON CLUSTER 'surveyor' AS machine_state_local
ENGINE = Distributed('surveyor', currentDatabase(), 'machine_state_local', cityHash64(machine_id));

CREATE TABLE machine_changes_local ON CLUSTER 'surveyor'
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
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', recorded_at)
PARTITION BY toYYYYMM(observed_at)
ORDER BY (machine_id, revision, field_path)
TTL toDateTime(observed_at) + INTERVAL 13 MONTH;

CREATE TABLE machine_changes ON CLUSTER 'surveyor' AS machine_changes_local
ENGINE = Distributed('surveyor', currentDatabase(), 'machine_changes_local', cityHash64(machine_id));

CREATE TABLE consumer_crashes_local ON CLUSTER 'surveyor'
(
    consumer   LowCardinality(String),
    topic      LowCardinality(String),
    partition  UInt32,
    offset     UInt64,
    error      String,
    crashed_at DateTime64(6, 'UTC')
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (consumer, topic, partition, offset, crashed_at)
TTL toDateTime(crashed_at) + INTERVAL 7 DAY;

CREATE TABLE consumer_crashes ON CLUSTER 'surveyor' AS consumer_crashes_local
ENGINE = Distributed('surveyor', currentDatabase(), 'consumer_crashes_local', cityHash64(topic));
