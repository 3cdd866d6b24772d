-- One row a staged machine; a machine without specs (null) is not judged.
CREATE OR REPLACE TEMP TABLE measured_machines AS
SELECT
    row_number,
    provider,
    instance_type,
    vcpus,
    memory_gib,
    accelerator,
    CASE WHEN accelerator IS NOT NULL OR accelerator_count IS NOT NULL
         THEN CASE WHEN accelerator IS NULL THEN accelerator_count ELSE coalesce(accelerator_count, 0) END
    END AS accelerator_count,
    accelerator_memory_gib,
    local_storage_gb,
    row_number() OVER (PARTITION BY machine ORDER BY row_number) AS copy
FROM (
    SELECT *, concat_ws(
        chr(31), provider, instance_type, family, coalesce(vcpus, -1), coalesce(memory_gib, -1),
        coalesce(architecture, ''), coalesce(cpu_model, ''), coalesce(accelerator, ''),
        coalesce(accelerator_count, -1), coalesce(accelerator_memory_gib, -1), coalesce(local_storage_gb, -1),
        coalesce(network_gbps, -1), source
    ) AS machine
    FROM staged_instance_types
);
