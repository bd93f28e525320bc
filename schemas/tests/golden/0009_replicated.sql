CREATE TABLE machine_tombstones_local ON CLUSTER 'surveyor'
(
    machine_id    UUID,
    tombstoned_at DateTime64(6, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', tombstoned_at)
ORDER BY machine_id;

CREATE TABLE machine_tombstones ON CLUSTER 'surveyor' AS machine_tombstones_local
ENGINE = Distributed('surveyor', currentDatabase(), 'machine_tombstones_local', cityHash64(machine_id));
