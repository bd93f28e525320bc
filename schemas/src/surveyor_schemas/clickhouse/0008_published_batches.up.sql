-- How far collectors said they were, run by run: the broker keeps a collector's last heartbeat only, so that of a
-- run that was killed the last batches could not be missed any more.
CREATE TABLE {{local published_batches}} {{on_cluster}}
(
    source_id     String,
    run_id        UUID,
    started_at    SimpleAggregateFunction(min, DateTime64(6, 'UTC')),
    last_batch_no SimpleAggregateFunction(max, UInt64),
    heard_at      SimpleAggregateFunction(max, DateTime('UTC')) DEFAULT now()
)
ENGINE = {{engine AggregatingMergeTree()}}
ORDER BY (source_id, run_id)
TTL heard_at + INTERVAL 35 DAY;

{{distributed published_batches by source_id}};
