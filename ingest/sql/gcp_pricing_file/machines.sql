-- The machines of the file: its own figures, and what is known of the type.
WITH machines AS (
    SELECT
        thing AS instance_type,
        value->>'type' AS shape,
        TRY_CAST(value->>'cpu' AS DOUBLE) AS cpu,
        TRY_CAST(value->>'ram' AS DOUBLE) AS ram,
        coalesce(TRY_CAST(value->>'local-ssd' AS DECIMAL(12, 4)), 0) AS ssd_gib,
        from_json(coalesce(value->'cost', '{}'), '"MAP(VARCHAR, MAP(VARCHAR, VARCHAR))"') AS cost
    FROM things
    WHERE section = 'compute.instance'
)
SELECT
    machines.* EXCLUDE (cpu, ram),
    coalesce(known.family, regexp_replace(coalesce(shape, split_part(instance_type, '-', 1)), '-custom$', ''))
        AS family,
    coalesce(known.vcpus::DOUBLE, cpu) AS vcpus,
    coalesce(known.memory_gib::DOUBLE, ram) AS memory_gib,
    known.architecture, known.accelerator, known.accelerator_count, known.accelerator_memory_gib,
    known.local_ssd_gb,
    -- Of some machines the file forgets the local SSD, or takes another size: what is to be added.
    -- A machine that is billed by its GPUs alone has its disk in their price.
    CASE
        WHEN known.instance_type IS NULL OR known.billed_vcpus = '0' THEN 0
        ELSE coalesce(known.local_ssd_gb::DECIMAL(12, 4), 0) - ssd_gib
    END AS ssd_gib_more
FROM machines
LEFT JOIN gcp_machine_types AS known USING (instance_type)
