-- The highest quarter of a day's peaks, highest first, and how many peaks the day has: percentiles near the top of a
-- month are found from these without reading the other peaks. Days sealed before are worked out when they are read.
ALTER TABLE {{local peaks_day}} {{on_cluster}}
    ADD COLUMN IF NOT EXISTS points UInt8 MATERIALIZED arrayCount(peak -> isNotNull(peak), peaks),
    ADD COLUMN IF NOT EXISTS highest Array(Float64) MATERIALIZED arraySlice(
        arrayReverseSort(arrayMap(peak -> assumeNotNull(peak), arrayFilter(peak -> isNotNull(peak), peaks))), 1, 36
    ) CODEC(ZSTD(1));

ALTER TABLE {{all peaks_day}} {{on_cluster}}
    ADD COLUMN IF NOT EXISTS points UInt8 MATERIALIZED arrayCount(peak -> isNotNull(peak), peaks),
    ADD COLUMN IF NOT EXISTS highest Array(Float64) MATERIALIZED arraySlice(
        arrayReverseSort(arrayMap(peak -> assumeNotNull(peak), arrayFilter(peak -> isNotNull(peak), peaks))), 1, 36
    );
