ALTER TABLE peaks_day_local ON CLUSTER 'surveyor'
    ADD COLUMN IF NOT EXISTS points UInt8 MATERIALIZED arrayCount(peak -> isNotNull(peak), peaks),
    ADD COLUMN IF NOT EXISTS highest Array(Float64) MATERIALIZED arraySlice(
        arrayReverseSort(arrayMap(peak -> assumeNotNull(peak), arrayFilter(peak -> isNotNull(peak), peaks))), 1, 36
    ) CODEC(ZSTD(1));

ALTER TABLE peaks_day ON CLUSTER 'surveyor'
    ADD COLUMN IF NOT EXISTS points UInt8 MATERIALIZED arrayCount(peak -> isNotNull(peak), peaks),
    ADD COLUMN IF NOT EXISTS highest Array(Float64) MATERIALIZED arraySlice(
        arrayReverseSort(arrayMap(peak -> assumeNotNull(peak), arrayFilter(peak -> isNotNull(peak), peaks))), 1, 36
    );
