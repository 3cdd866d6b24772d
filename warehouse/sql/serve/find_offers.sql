-- Offers that meet every condition given; a null condition is none. Regions are `provider/region`.
-- `best_per` keeps the cheapest of each group only, ties included.
WITH
wanted AS (
    SELECT
        *,
        (price_usd_hour / nullif(accelerator_count, 0))::DECIMAL(20, 10) AS price_usd_gpu_hour
    FROM offers
    WHERE
        price_usd_hour IS NOT NULL
        AND ($machines::VARCHAR[] IS NULL OR list_contains($machines::VARCHAR[], instance_type))
        AND ($families::VARCHAR[] IS NULL OR list_contains($families::VARCHAR[], family))
        AND ($accelerators::VARCHAR[] IS NULL OR list_contains($accelerators::VARCHAR[], accelerator))
        AND ($providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], provider))
        AND ($not_providers::VARCHAR[] IS NULL OR NOT list_contains($not_providers::VARCHAR[], provider))
        AND (
            $regions::VARCHAR[] IS NULL
            OR list_contains($regions::VARCHAR[], provider || '/' || region)
        )
        AND (
            $not_regions::VARCHAR[] IS NULL
            OR NOT list_contains($not_regions::VARCHAR[], provider || '/' || region)
        )
        AND ($min_vcpus::DOUBLE IS NULL OR vcpus >= $min_vcpus::DOUBLE)
        AND ($max_vcpus::DOUBLE IS NULL OR vcpus <= $max_vcpus::DOUBLE)
        AND ($min_memory_gib::DOUBLE IS NULL OR memory_gib >= $min_memory_gib::DOUBLE)
        AND ($max_memory_gib::DOUBLE IS NULL OR memory_gib <= $max_memory_gib::DOUBLE)
        AND ($min_gpus::DOUBLE IS NULL OR accelerator_count >= $min_gpus::DOUBLE)
        AND ($max_gpus::DOUBLE IS NULL OR accelerator_count <= $max_gpus::DOUBLE)
        AND ($min_gpu_memory_gib::DOUBLE IS NULL OR accelerator_memory_gib >= $min_gpu_memory_gib::DOUBLE)
        AND (
            NOT $gpus_only::BOOLEAN
            OR accelerator IN (SELECT a.accelerator FROM accelerators AS a WHERE a.kind = 'gpu')
        )
        AND ($architecture::VARCHAR IS NULL OR architecture = $architecture::VARCHAR)
        AND ($operating_system::VARCHAR IS NULL OR operating_system = $operating_system::VARCHAR)
        AND ($tenancy::VARCHAR IS NULL OR coalesce(tenancy, 'shared') = $tenancy::VARCHAR)
        AND list_contains($purchase_options::VARCHAR[], purchase_option)
        AND price_type = $price_type::VARCHAR
        AND ($term_months::INTEGER IS NULL OR term_months = $term_months::INTEGER)
        AND ($payment::VARCHAR IS NULL OR payment = $payment::VARCHAR)
        AND ($max_usd_hour::DECIMAL(20, 10) IS NULL OR price_usd_hour <= $max_usd_hour::DECIMAL(20, 10))
),
best AS (
    SELECT *
    FROM wanted
    QUALIFY $best_per::VARCHAR IS NULL OR rank() OVER (
        PARTITION BY CASE $best_per::VARCHAR
            WHEN 'machine' THEN provider || '/' || instance_type
            WHEN 'provider' THEN provider
            WHEN 'region' THEN provider || '/' || region
            WHEN 'option' THEN provider || '/' || instance_type || '/' || purchase_option
            WHEN 'accelerator' THEN accelerator
        END
        ORDER BY CASE WHEN $per_gpu::BOOLEAN THEN price_usd_gpu_hour ELSE price_usd_hour END
    ) = 1
)
SELECT
    price_id::VARCHAR AS price_id, provider, service, instance_type, family, vcpus, memory_gib, architecture,
    accelerator, accelerator_count, accelerator_memory_gib, operating_system, tenancy, region, region_name,
    city, country, zone, purchase_option, price_type, term_months, payment, currency, price_hour, price_month,
    price_usd_hour, price_usd_month, price_usd_gpu_hour, source, source_url, effective_from, as_of, observed_at,
    count(*) OVER () AS found
FROM best
ORDER BY
    CASE WHEN $dearest::BOOLEAN THEN -price_usd_hour WHEN $per_gpu::BOOLEAN THEN price_usd_gpu_hour ELSE price_usd_hour END,
    provider, instance_type, region, zone, term_months, payment, price_id
LIMIT $rows::INTEGER;
