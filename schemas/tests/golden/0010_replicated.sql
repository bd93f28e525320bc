ALTER TABLE consumer_crashes_local ON CLUSTER 'surveyor'
    ADD COLUMN IF NOT EXISTS kind LowCardinality(String) DEFAULT 'exception' AFTER offset,
    ADD COLUMN IF NOT EXISTS alone Bool DEFAULT false AFTER kind;

ALTER TABLE consumer_crashes ON CLUSTER 'surveyor'
    ADD COLUMN IF NOT EXISTS kind LowCardinality(String) DEFAULT 'exception' AFTER offset,
    ADD COLUMN IF NOT EXISTS alone Bool DEFAULT false AFTER kind;
