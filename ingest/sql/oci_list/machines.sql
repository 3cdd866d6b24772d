-- One row a machine: the fixed shapes, and of each flexible shape the sizes of 1, 2, 4, … OCPUs with its
-- usual and with twice its usual memory. A flexible size is named as SkyPilot names it, shape$_vCPUs_GiB,
-- so that both sources speak of the same machine.
WITH shaped AS (
    SELECT
        regexp_replace(name, '\s*\(.*\)\s*$', '') AS shape,
        shapeType->>'value' AS host,
        subType->>'value' AS kind,
        processorType->>'value' AS processor,
        from_json(products, '["JSON"]') AS parts,
        bundleMemoryQty, gpuQty, gpuMemoryQty, description, localDisk, allowPreemptible, windowsSupported
    FROM shapes
    WHERE status = 'ACTIVE' AND NOT coalesce(hidden, false) AND (shapeType->>'value') IN ('vm', 'bm', 'dvmh')
    -- A shape listed twice must not be billed twice.
    QUALIFY row_number() OVER (PARTITION BY shape ORDER BY products::VARCHAR, name) = 1
),
billed AS (
    SELECT shape, part->'type'->>'value' AS component, part->>'partNumber' AS part_number,
           (part->>'qty')::DECIMAL(12, 4) AS qty, (part->>'min')::DECIMAL(12, 4) AS low,
           (part->>'max')::DECIMAL(12, 4) AS high, (part->>'default')::DECIMAL(12, 4) AS usual
    FROM (SELECT shape, unnest(parts) AS part FROM shaped)
),
wide AS (
    SELECT
        shaped.* EXCLUDE (parts),
        ocpu.part_number AS ocpu_part, ocpu.qty AS ocpus, ocpu.low, ocpu.high,
        memory.part_number AS memory_part, memory.qty AS memory, memory.high AS most_memory,
        memory.usual AS usual_memory,
        disk.part_number AS disk_part, disk.qty AS disk_tb, disk.high AS most_disk,
        kind = 'flexible' AND coalesce(ocpu.qty, 0) = 0 AS flexible
    FROM shaped
    JOIN billed AS ocpu ON ocpu.shape = shaped.shape AND ocpu.component = 'ocpu'
    LEFT JOIN billed AS memory ON memory.shape = shaped.shape AND memory.component = 'memory'
    LEFT JOIN billed AS disk ON disk.shape = shaped.shape AND disk.component = 'disk'
),
sizes AS (
    SELECT
        wide.* EXCLUDE (ocpus, memory, disk_tb),
        size.ocpus AS ocpus,
        -- Dense I/O shapes grow evenly up to their largest, which alone the feed has right.
        (size.ocpus * CASE WHEN disk_part IS NULL THEN usual_memory * times ELSE most_memory / high END)
            ::DECIMAL(12, 4) AS memory,
        (size.ocpus * most_disk / high)::DECIMAL(12, 4) AS disk_tb
    FROM wide
    JOIN (SELECT unnest([1, 2, 4, 8, 16, 32, 64])::DECIMAL(12, 4) AS ocpus) AS size
        ON size.ocpus BETWEEN coalesce(low, 1) AND coalesce(high, 1) AND size.ocpus % coalesce(low, 1) = 0
    JOIN (VALUES (1), (2)) AS ratio(times) ON times = 1 OR disk_part IS NULL
    WHERE flexible AND usual_memory > 0
),
fitting AS (
    FROM sizes WHERE most_memory IS NULL OR memory <= most_memory
    UNION ALL BY NAME
    FROM wide WHERE NOT flexible
),
threaded AS (
    -- An OCPU is a core: two threads, but one of the Ampere Altra (A1).
    SELECT *, CASE WHEN regexp_matches(shape, '\.A1\.') THEN ocpus ELSE ocpus * 2 END AS threads
    FROM fitting
)
SELECT
    CASE WHEN flexible THEN shape || '$_' || threads::INTEGER || '_' || memory::INTEGER ELSE shape END
        AS instance_type,
    regexp_replace(regexp_replace(shape, '^(VM|BM|DVH)\.', ''), '\.(Flex|[0-9]+)$', '') AS family,
    coalesce(known.vcpus::DOUBLE, threads::DOUBLE) AS vcpus,
    coalesce(known.memory_gib::DOUBLE, memory::DOUBLE, bundleMemoryQty) AS memory_gib,
    coalesce(known.architecture, CASE WHEN processor = 'arm' AND gpuQty IS NULL THEN 'arm64' ELSE 'x86_64' END)
        AS architecture,
    nullif(regexp_extract(description, '(?:Processor|CPU): (.+?)(?:\. |, |\.?$)', 1), '') AS cpu_model,
    CASE
        WHEN gpuQty > 0 THEN coalesce(
            known.accelerator,
            canonical_accelerator(regexp_extract(shape, 'GPU\.?([A-Za-z0-9]+)', 1), gpuMemoryQty / gpuQty)
        )
    END AS accelerator,
    nullif(gpuQty, 0) AS accelerator_count,
    coalesce(known.accelerator_memory_gib::DOUBLE, gpuMemoryQty / nullif(gpuQty, 0)) AS accelerator_memory_gib,
    coalesce(
        known.local_storage_gb::DOUBLE,
        disk_tb::DOUBLE * 1000,
        CASE WHEN localDisk = 'Block storage only' THEN 0 END,
        coalesce(TRY_CAST(regexp_extract(localDisk, '^([0-9]+) ?x', 1) AS DOUBLE), 1)
            * TRY_CAST(regexp_extract(localDisk, '([0-9.]+) ?T', 1) AS DOUBLE) * 1000
    ) AS local_storage_gb,
    -- What follows is billed, not part of the machine's description.
    host, ocpus, memory, disk_tb, gpuQty::DECIMAL(12, 4) AS gpus, ocpu_part, memory_part, disk_part,
    coalesce(allowPreemptible, false) AS preemptible, coalesce(windowsSupported, false) AS windows
FROM threaded
LEFT JOIN oci_shapes AS known ON known.instance_type = threaded.shape
