-- One row a staged machine; a machine without specs (null) is not judged.
CREATE OR REPLACE TEMP TABLE measured_instance_types AS
SELECT
    row_number,
    vcpus,
    memory_gib,
    accelerator,
    CASE WHEN accelerator IS NOT NULL OR accelerator_count IS NOT NULL
         THEN CASE WHEN accelerator IS NULL THEN accelerator_count ELSE coalesce(accelerator_count, 0) END
    END AS accelerator_count,
    accelerator_memory_gib,
    local_storage_gb,
    copy,
    count(*) FILTER (copy = 1) OVER (PARTITION BY provider, instance_type) AS rivals
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY
                provider, instance_type, family, vcpus, memory_gib, architecture, cpu_model, accelerator,
                accelerator_count, accelerator_memory_gib, local_storage_gb, network_gbps, source
            ORDER BY row_number
        ) AS copy
    FROM staged_instance_types
);
