-- For a machine in a region: the cheapest offers of at least its size there, elsewhere at its provider, and
-- anywhere. Distances are from the region. What is asked for with accelerators has as many of the same ones.
WITH
machine AS (
    SELECT * FROM instance_types WHERE provider = $provider::VARCHAR AND instance_type = $machine::VARCHAR
),
here AS (
    SELECT latitude, longitude FROM regions WHERE provider = $provider::VARCHAR AND region = $region::VARCHAR
),
places AS (
    SELECT split_part(place, '/', 1) AS provider, split_part(place, '/', 2) AS region
    FROM (SELECT unnest($regions::VARCHAR[]) AS place)
),
elsewhere AS (
    SELECT split_part(place, '/', 1) AS provider, split_part(place, '/', 2) AS region
    FROM (SELECT unnest($not_regions::VARCHAR[]) AS place)
),
fitting AS (
    SELECT o.rowid AS row_number, o.provider, o.region, o.price_usd_hour, o.price_id
    FROM offers AS o, machine AS m
    WHERE
        o.vcpus >= m.vcpus AND o.memory_gib >= m.memory_gib
        AND (m.accelerator IS NULL OR (o.accelerator = m.accelerator AND o.accelerator_count >= m.accelerator_count))
        AND (NOT $same_architecture::BOOLEAN OR o.architecture = m.architecture)
        AND (burstable(m.provider, m.instance_type) OR NOT burstable(o.provider, o.instance_type))
        AND o.operating_system = $operating_system::VARCHAR
        AND coalesce(o.tenancy, 'shared') = $tenancy::VARCHAR
        AND list_contains($purchase_options::VARCHAR[], o.purchase_option)
        AND (o.term_months IS NULL OR $term_months::INTEGER IS NULL OR o.term_months = $term_months::INTEGER)
        AND o.price_type = 'list' AND o.price_usd_hour > 0
        AND o.price_usd_hour < $below_usd_hour::DECIMAL(20, 10)
        AND ($providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], o.provider))
        AND ($regions::VARCHAR[] IS NULL OR (o.provider, o.region) IN (SELECT (provider, region) FROM places))
        AND ($not_regions::VARCHAR[] IS NULL OR (o.provider, o.region) NOT IN (SELECT (provider, region) FROM elsewhere))
),
scoped AS (
    SELECT 'region' AS scope, 1 AS place, * FROM fitting
    WHERE provider = $provider::VARCHAR AND region = $region::VARCHAR
    UNION ALL
    SELECT 'provider', 2, * FROM fitting WHERE provider = $provider::VARCHAR AND region <> $region::VARCHAR
    UNION ALL
    SELECT 'anywhere', 3, * FROM fitting WHERE provider <> $provider::VARCHAR
),
best AS (
    SELECT * FROM scoped
    QUALIFY row_number() OVER (PARTITION BY scope ORDER BY price_usd_hour, provider, region, price_id) = 1
)
SELECT
    b.scope, o.price_id::VARCHAR AS price_id, o.provider, o.instance_type, o.vcpus, o.memory_gib, o.architecture,
    m.architecture AS own_architecture, o.accelerator, o.accelerator_count, o.accelerator_memory_gib,
    o.operating_system, o.tenancy, o.region, o.region_name, o.zone, o.purchase_option, o.term_months, o.payment, o.offering_class, o.currency, o.price_hour,
    o.price_usd_hour, o.upfront, o.interruption_from, o.interruption_to, o.lowest_of,
    distance_km(here.latitude, here.longitude, o.latitude, o.longitude) AS distance_km,
    o.source, o.source_url, o.as_of, o.observed_at, o.confirmed_at, o.stale
FROM best AS b
JOIN offers AS o ON o.rowid = b.row_number
CROSS JOIN machine AS m
LEFT JOIN here ON true
ORDER BY b.place;
