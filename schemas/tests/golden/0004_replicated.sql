CREATE TABLE day_seals_local ON CLUSTER 'surveyor'
(
    day        Date,
    touched_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    sealed_at  SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')
ORDER BY day
TTL day + INTERVAL 13 MONTH;

CREATE TABLE day_seals ON CLUSTER 'surveyor' AS day_seals_local
ENGINE = Distributed('surveyor', currentDatabase(), 'day_seals_local', cityHash64(day));
