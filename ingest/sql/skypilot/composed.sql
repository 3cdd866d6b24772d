-- Google's rows price the host alone, and its accelerators in rows without a machine: both are added up.
-- Left out: machines that need an accelerator without a price in that zone or a local SSD (in neither row),
-- shared cores (priced as if they were whole), and machines nobody knows.
WITH attached AS (
    SELECT accelerator, accelerator_count, region, zone, min(price) AS price, min(spot_price) AS spot_price
    FROM parts
    WHERE instance_type IS NULL AND spelled <> 'H100-MEGA' -- of machines with local SSD only
    GROUP BY ALL
),
hosts AS (
    SELECT
        parts.* EXCLUDE (accelerator, accelerator_count, accelerator_memory_gib),
        known.accelerator,
        known.accelerator_count::DOUBLE AS accelerator_count,
        known.accelerator_memory_gib::DOUBLE AS accelerator_memory_gib
    FROM parts
    JOIN gcp_machine_types AS known USING (instance_type)
    WHERE coalesce(known.local_ssd_gb::DOUBLE, 0) = 0 AND known.billed_vcpus::DOUBLE = known.vcpus::DOUBLE
)
SELECT hosts.*
FROM hosts
WHERE accelerator IS NULL
UNION ALL BY NAME
SELECT
    hosts.* REPLACE (
        hosts.price + attached.price AS price,
        hosts.spot_price + attached.spot_price AS spot_price,
        json_object('accelerator', hosts.accelerator, 'accelerator_count', hosts.accelerator_count)::VARCHAR
            AS attributes
    )
FROM hosts
JOIN attached USING (accelerator, accelerator_count, region, zone)
