ALTER TABLE {{all peaks_day}} {{on_cluster}}
    DROP COLUMN IF EXISTS highest,
    DROP COLUMN IF EXISTS points;

ALTER TABLE {{local peaks_day}} {{on_cluster}}
    DROP COLUMN IF EXISTS highest,
    DROP COLUMN IF EXISTS points;
