ALTER TABLE {{all consumer_crashes}} {{on_cluster}}
    DROP COLUMN IF EXISTS alone,
    DROP COLUMN IF EXISTS kind;

ALTER TABLE {{local consumer_crashes}} {{on_cluster}}
    DROP COLUMN IF EXISTS alone,
    DROP COLUMN IF EXISTS kind;
