-- The rows of a catalog: typed, placed, their accelerator named. A machine's name is made to tell its sizes
-- apart, and to be the one other lists use.
WITH read AS (
    SELECT
        CASE
            WHEN $counted AND gpu_count::INTEGER > 0 THEN gpu_count || 'x ' || instance_name
            WHEN ends_with(instance_name, '.Flex')
            THEN concat(instance_name, '$_', cpu, '_', memory::DOUBLE::INTEGER)
            ELSE replace(instance_name, ' ', $space)
        END AS instance_type,
        instance_name,
        nullif(location, '') AS location,
        price::DECIMAL(20, 10) AS price,
        lower(spot) = 'true' AS spot,
        TRY_CAST(cpu AS DOUBLE) AS vcpus,
        round(TRY_CAST(memory AS DOUBLE) / $gb_per_gib, 2) AS memory_gib,
        CASE WHEN gpu_count::INTEGER > 0 THEN regexp_replace(gpu_name, '^tpu-', '') END AS spelled,
        gpu_count::DOUBLE AS gpus,
        nullif(TRY_CAST(gpu_memory AS DOUBLE), 0) AS each_gib,
        nullif(TRY_CAST(disk_size AS DOUBLE), 0) AS disk_gb,
        CASE cpu_arch WHEN 'x86' THEN 'x86_64' WHEN 'arm' THEN 'arm64' END AS architecture,
        string_split(coalesce(flags, ''), ' ') AS flags
    FROM listed
    WHERE instance_name IS NOT NULL
),
sold AS (
    SELECT
        * EXCLUDE (spelled, gpus, flags),
        -- A slice of TPUs says how many cores (v2 to v5p) or chips it has; a chip has two cores.
        CASE
            WHEN spelled SIMILAR TO 'v\d\w*-\d+' THEN 'tpu-' || regexp_replace(spelled, '-\d+$', '') ELSE spelled
        END AS spelled,
        CASE
            WHEN spelled IS NULL THEN NULL
            WHEN spelled SIMILAR TO 'v(2|3|4|5p)-\d+' THEN regexp_extract(spelled, '-(\d+)$', 1)::DOUBLE / 2
            WHEN spelled SIMILAR TO 'v\d\w*-\d+' THEN regexp_extract(spelled, '-(\d+)$', 1)::DOUBLE
            ELSE gpus
        END AS gpus
    FROM read
    WHERE NOT list_has_any(flags, $unsold)
),
spellings AS (
    SELECT region, lower(unnest(list_append(string_split(coalesce(aliases, ''), '|'), region))) AS spelling
    FROM regions
    WHERE provider = $provider
),
known AS (SELECT spelling, min(region) AS region FROM spellings GROUP BY ALL),
named AS (
    SELECT spelled, each_gib, canonical_accelerator(spelled, each_gib) AS accelerator
    FROM (SELECT DISTINCT spelled, each_gib FROM sold WHERE spelled IS NOT NULL)
)
SELECT
    sold.instance_type,
    sold.instance_name,
    sold.vcpus,
    sold.memory_gib,
    sold.architecture,
    named.accelerator,
    sold.gpus AS accelerator_count,
    -- The card's own memory, unless the catalog means another card of that name.
    CASE
        WHEN sold.each_gib IS NULL
            OR abs(sold.each_gib - cards.memory_gib::DOUBLE) <= 0.15 * cards.memory_gib::DOUBLE
        THEN coalesce(cards.memory_gib::DOUBLE, sold.each_gib)
        ELSE sold.each_gib
    END AS accelerator_memory_gib,
    sold.disk_gb,
    coalesce(known.region, place, 'global') AS region,
    CASE WHEN place <> sold.location THEN sold.location END AS zone,
    CASE WHEN sold.spot THEN 'spot' ELSE 'on_demand' END AS purchase_option,
    CASE WHEN $counted AND length(place) = 2 THEN 'community' WHEN $counted THEN 'secure' END AS offering_class,
    sold.price,
    CASE WHEN sold.spelled IS NOT NULL
         THEN json_object('accelerator', sold.spelled, 'accelerator_count', sold.gpus)::VARCHAR
    END AS attributes
FROM (
    SELECT *, CASE WHEN $zoned THEN regexp_replace(location, '-[a-z]$', '') ELSE location END AS place FROM sold
) AS sold
LEFT JOIN named ON named.spelled = sold.spelled AND named.each_gib IS NOT DISTINCT FROM sold.each_gib
LEFT JOIN accelerators AS cards ON cards.accelerator = named.accelerator
LEFT JOIN known ON known.spelling = lower(place)
