-- Cores and memory are the least a machine has now, null while it is out of stock. A MIG slice is a part of
-- its card.
WITH machines AS (
    SELECT *, unnest([
        {gpus: 1, host: one}, {gpus: 2, host: two}, {gpus: 4, host: four}, {gpus: 8, host: eight}
    ], recursive := true)
    FROM types
    WHERE secureCloud OR communityCloud
),
named AS (
    SELECT *, regexp_replace(id, ' MIG .*$', '') AS card, contains(id, ' MIG ') AS sliced FROM machines
    WHERE gpus = 1 OR gpus <= greatest(
        CASE WHEN secureCloud THEN coalesce(maxGpuCountSecureCloud, maxGpuCount, 1) ELSE 1 END,
        CASE WHEN communityCloud THEN coalesce(maxGpuCountCommunityCloud, maxGpuCount, 1) ELSE 1 END
    )
),
known AS (
    SELECT *,
           canonical_accelerator(card, CASE WHEN NOT sliced THEN memoryInGb END) AS by_id,
           canonical_accelerator(displayName, memoryInGb) AS by_name
    FROM named
),
carded AS (
    SELECT *, CASE WHEN by_id IN (SELECT accelerator FROM accelerators) THEN by_id ELSE by_name END AS accelerator
    FROM known
)
SELECT
    gpus || 'x ' || id AS instance_type,
    displayName AS family,
    (host->>'minVcpu')::DOUBLE AS vcpus,
    (host->>'minMemory')::DOUBLE AS memory_gib,
    'x86_64' AS architecture,
    accelerator,
    gpus * CASE WHEN sliced THEN memoryInGb / coalesce(a.memory_gib::DOUBLE, memoryInGb) ELSE 1 END
        AS accelerator_count,
    CASE WHEN sliced THEN coalesce(a.memory_gib::DOUBLE, memoryInGb) ELSE memoryInGb END
        AS accelerator_memory_gib
FROM carded
LEFT JOIN accelerators AS a USING (accelerator)
