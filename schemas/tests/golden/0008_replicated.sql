CREATE TABLE published_batches_local ON CLUSTER 'surveyor'
(
    source_id     String,
    run_id        UUID,
    started_at    SimpleAggregateFunction(min, DateTime64(6, 'UTC')),
    last_batch_no SimpleAggregateFunction(max, UInt64),
    heard_at      SimpleAggregateFunction(max, DateTime('UTC')) DEFAULT now()
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY (source_id, run_id)
TTL heard_at + INTERVAL 35 DAY;

CREATE TABLE published_batches ON CLUSTER 'surveyor' AS published_batches_local
ENGINE = Distributed('surveyor', currentDatabase(), 'published_batches_local', cityHash64(source_id));
