-- A process that is killed says nothing: what it worked on is found in the file it left and stands here as `death`.
-- Only a message that was worked on alone is to blame for certain.
ALTER TABLE {{local consumer_crashes}} {{on_cluster}}
    ADD COLUMN IF NOT EXISTS kind LowCardinality(String) DEFAULT 'exception' AFTER offset,
    ADD COLUMN IF NOT EXISTS alone Bool DEFAULT false AFTER kind;

ALTER TABLE {{all consumer_crashes}} {{on_cluster}}
    ADD COLUMN IF NOT EXISTS kind LowCardinality(String) DEFAULT 'exception' AFTER offset,
    ADD COLUMN IF NOT EXISTS alone Bool DEFAULT false AFTER kind;
