-- What a machine is made of: part, how much of it, and the names it may have (`gcp_components`; of the
-- patterns that fit the longest counts). A slice of a GPU that is billed alone holds the whole machine.
WITH machines AS (
    SELECT
        instance_type, family,
        billed_vcpus::DECIMAL(12, 4) AS cores,
        coalesce(billed_memory_gib, '0')::DECIMAL(12, 4) AS gib,
        coalesce(accelerator_count, '0')::DECIMAL(12, 4) AS gpus,
        coalesce(local_ssd_gb, '0')::DECIMAL(12, 4) AS ssd_gib
    FROM gcp_machine_types
),
parts AS (
    SELECT instance_type, family, unnest([
        {'part': 'core', 'quantity': cores, 'unit': 'hour'},
        {'part': 'ram', 'quantity': gib, 'unit': 'gib_hour'},
        {'part': 'gpu', 'quantity': gpus, 'unit': 'hour'},
        {'part': 'local_ssd', 'quantity': if(cores = 0 AND gpus > 0, 0, ssd_gib), 'unit': 'gib_month'},
        {'part': 'core_premium', 'quantity': cores, 'unit': 'hour'},
        {'part': 'ram_premium', 'quantity': gib, 'unit': 'gib_hour'}
    ], recursive := true)
    FROM machines
),
named AS (
    SELECT parts.*, lower(names.component) AS component
    FROM parts
    LEFT JOIN gcp_components AS names ON names.part = parts.part AND parts.instance_type LIKE names.machines
    WHERE parts.quantity > 0
    QUALIFY rank() OVER (PARTITION BY instance_type, parts.part ORDER BY length(names.machines) DESC) = 1
)
SELECT
    instance_type, family, part, quantity, unit,
    list(component ORDER BY component) FILTER (component IS NOT NULL) AS components
FROM named
WHERE component IS NOT NULL OR NOT ends_with(part, '_premium')
GROUP BY ALL
