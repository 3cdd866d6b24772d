-- One row a machine: its names at the vendor and here, and what it is made of, in our units.
WITH vendors(vendor_id, provider) AS (
    VALUES ('hcloud', 'hetzner'), ('alicloud', 'alibaba')
),
records AS (
    SELECT document::JSON AS record FROM servers
),
read AS (
    SELECT
        record ->> 'vendor_id' AS vendor_id,
        record ->> 'server_id' AS server_id,
        record ->> 'api_reference' AS instance_type,
        coalesce(record ->> 'family', record ->> 'series') AS family,
        (record ->> 'vcpus')::DOUBLE AS vcpus,
        (record ->> 'memory_amount')::DOUBLE / 1024 AS memory_gib,
        lower(record ->> 'cpu_architecture') AS architecture,
        CASE WHEN coalesce(record ->> 'cpu_family', record ->> 'cpu_model') IS NOT NULL
             THEN concat_ws(' ', record ->> 'cpu_manufacturer', record ->> 'cpu_family', record ->> 'cpu_model')
        END AS cpu_model,
        coalesce(record ->> 'accelerator_count', record ->> 'gpu_count')::DOUBLE AS accelerators,
        coalesce(record ->> 'accelerator_model', record ->> 'gpu_model') AS model,
        coalesce(record ->> 'accelerator_memory_min', record ->> 'gpu_memory_min')::DOUBLE / 1024 AS memory_of_each,
        (record ->> 'storage_size')::DOUBLE AS local_storage_gb,
        coalesce(record ->> 'network_speed_max', record ->> 'network_speed_baseline', record ->> 'network_speed')::DOUBLE
            AS network
    FROM records
)
SELECT
    vendor_id, server_id, coalesce(provider, vendor_id) AS provider, instance_type,
    coalesce(family, regexp_extract(instance_type, '^[A-Za-z]+[0-9]*[a-z]*')) AS family,
    vcpus, memory_gib,
    CASE WHEN starts_with(architecture, 'arm64') THEN 'arm64' WHEN starts_with(architecture, 'x86_64') THEN 'x86_64'
         ELSE architecture END AS architecture,
    cpu_model,
    CASE WHEN accelerators > 0 THEN model END AS model,
    CASE WHEN accelerators > 0 AND model IS NOT NULL THEN accelerators END AS accelerators,
    CASE WHEN accelerators > 0 AND model IS NOT NULL THEN memory_of_each END AS memory_of_each,
    local_storage_gb,
    CASE WHEN network > 0 THEN CASE WHEN vendor_id = 'ovh' AND network >= 100 THEN network / 1000 ELSE network END
    END AS network_gbps
FROM read
LEFT JOIN vendors USING (vendor_id)
WHERE vendor_id IS NOT NULL AND instance_type IS NOT NULL
