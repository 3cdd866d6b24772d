-- The rows of a catalog: typed, placed, their accelerator named. GpuInfo is a Python literal or JSON. What it
-- calls the MiB of a GPU is GiB where it is below a thousand, and in some catalogs the sum of all GPUs.
WITH read AS (
    SELECT
        InstanceType AS instance_type,
        AcceleratorName AS spelled,
        coalesce(nullif(regexp_extract(InstanceType, '^\d+x-(.+)-[\d.]+-[\d.]+$', 1), ''), InstanceType)
            AS in_type,
        regexp_extract(GpuInfo, '(?i)[''"]name[''"]\s*:\s*[''"]([^''"]+)', 1) AS in_info,
        CASE WHEN AcceleratorName IS NOT NULL THEN nullif(TRY_CAST(AcceleratorCount AS DOUBLE), 0) END AS gpus,
        TRY_CAST(regexp_extract(GpuInfo, '(?i)sizeinmib[''"]\s*:\s*([\d.]+)', 1) AS DOUBLE) AS size,
        TRY_CAST(vCPUs AS DOUBLE) AS vcpus,
        TRY_CAST(MemoryGiB AS DOUBLE) AS memory_gib,
        Price::DECIMAL(20, 10) AS price,
        SpotPrice::DECIMAL(20, 10) AS spot_price,
        CASE WHEN $place = 'AvailabilityZone' THEN AvailabilityZone ELSE Region END AS place,
        CASE $zone WHEN 'AvailabilityZone' THEN AvailabilityZone WHEN 'Region' THEN Region END AS zone
    FROM listed
),
spellings AS (
    SELECT region, lower(unnest(list_append(string_split(coalesce(aliases, ''), '|'), region))) AS spelling
    FROM regions
    WHERE provider = $provider
),
known AS (SELECT spelling, min(region) AS region FROM spellings GROUP BY ALL),
placed AS (
    SELECT
        read.* EXCLUDE (place, size),
        round(
            CASE WHEN size < 1000 THEN nullif(size, 0) ELSE size / 1024 END
            / CASE WHEN $totals THEN gpus ELSE 1 END, 1
        ) AS each_gib,
        CASE WHEN $pattern IS NULL THEN place ELSE regexp_replace(place, $pattern, $replacement) END AS place
    FROM read
),
spelled_so AS (
    SELECT DISTINCT spelled, in_type, in_info, each_gib,
           -- The catalogs name the larger variant (A100-80GB, V100-32GB) where GpuInfo says no memory.
           coalesce(each_gib, CASE spelled WHEN 'A100' THEN 40 WHEN 'V100' THEN 16 END) AS gib
    FROM placed
    WHERE spelled IS NOT NULL
),
candidates AS (
    SELECT * EXCLUDE (gib), [canonical_accelerator(in_type, gib), canonical_accelerator(spelled, gib),
                             canonical_accelerator(in_info, gib)] AS names
    FROM spelled_so
),
named AS (
    SELECT * EXCLUDE (names, cards),
           coalesce(list_filter(names, lambda one: list_contains(cards, one))[1], spelled) AS accelerator
    FROM candidates
    CROSS JOIN (SELECT list(accelerator) AS cards FROM accelerators)
)
SELECT
    placed.instance_type,
    placed.vcpus,
    placed.memory_gib,
    placed.spelled,
    named.accelerator,
    placed.gpus AS accelerator_count,
    -- The card's own memory, unless the catalog means another card of that name.
    CASE
        WHEN placed.each_gib IS NULL OR placed.gpus < 1
            OR abs(placed.each_gib - cards.memory_gib::DOUBLE) <= 0.15 * cards.memory_gib::DOUBLE
        THEN coalesce(cards.memory_gib::DOUBLE, placed.each_gib)
        ELSE placed.each_gib
    END AS accelerator_memory_gib,
    coalesce(known.region, nullif(placed.place, ''), 'global') AS region,
    placed.zone,
    CASE WHEN coalesce(regexp_matches(placed.instance_type, $windows), false) THEN 'windows' ELSE 'linux' END
        AS operating_system,
    placed.price,
    placed.spot_price,
    CASE WHEN placed.spelled IS NOT NULL
         THEN json_object('accelerator', placed.spelled, 'accelerator_count', placed.gpus)::VARCHAR
    END AS attributes
FROM placed
LEFT JOIN named
    ON named.spelled = placed.spelled
    AND named.in_type IS NOT DISTINCT FROM placed.in_type
    AND named.in_info IS NOT DISTINCT FROM placed.in_info
    AND named.each_gib IS NOT DISTINCT FROM placed.each_gib
LEFT JOIN accelerators AS cards ON cards.accelerator = named.accelerator
LEFT JOIN known ON known.spelling = lower(placed.place)
