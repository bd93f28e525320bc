-- Which days have samples, and which of them are packed into `peaks_day`. Only maxima: a repeat changes nothing.
-- A day is due when it was touched after its last seal; `sealed_at` is the moment at which that seal began to read.
CREATE TABLE {{local day_seals}} {{on_cluster}}
(
    day        Date,
    touched_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    sealed_at  SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = {{engine AggregatingMergeTree()}}
ORDER BY day
TTL day + INTERVAL 13 MONTH;

{{distributed day_seals by day}};
