-- The machines of the offer as it describes them. Accelerators come from the reference table: the file
-- says how many GPUs there are, and of some the memory of all together, never which.
WITH described AS (
    SELECT DISTINCT
        "Instance Type" AS instance_type,
        "vCPU" AS vcpu, "Memory" AS memory, "Physical Processor" AS cpu_model, "Storage" AS storage,
        "Network Performance" AS network, "GPU" AS gpu
    FROM offer
    WHERE is_machine AND "Product Family" <> 'Dedicated Host'
)
SELECT DISTINCT ON (instance_type)
    instance_type,
    split_part(instance_type, '.', 1) AS family,
    TRY_CAST(vcpu AS DOUBLE) AS vcpus,
    TRY_CAST(replace(regexp_extract(memory, '^([\d.,]+) GiB', 1), ',', '') AS DOUBLE) AS memory_gib,
    CASE WHEN regexp_matches(cpu_model, 'Graviton|Apple M') THEN 'arm64'
         WHEN cpu_model IS NOT NULL THEN 'x86_64' END AS architecture,
    cpu_model,
    accelerator,
    coalesce(accelerator_count, gpu) AS accelerator_count,
    accelerator_memory_gib,
    CASE WHEN storage = 'EBS only' THEN 0
         ELSE TRY_CAST(replace(regexp_extract(storage, '^(?:\d+ x )?([\d,]+)', 1), ',', '') AS DOUBLE)
              * coalesce(TRY_CAST(regexp_extract(storage, '^(\d+) x ', 1) AS DOUBLE), 1)
    END AS local_storage_gb,
    TRY_CAST(regexp_extract(network, '([\d.]+) (?:Gig|Meg)abit', 1) AS DOUBLE)
        / CASE WHEN contains(network, 'Megabit') THEN 1000 ELSE 1 END AS network_gbps
FROM described
LEFT JOIN aws_accelerators USING (instance_type)
ORDER BY ALL
