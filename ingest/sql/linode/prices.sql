-- GPU and premium plans are sold where the region says so; the list of plans does not know it.
WITH own AS (
    SELECT t.id, own.value ->> 'id' AS region, (own.value ->> 'hourly')::DECIMAL(20, 10) AS price
    FROM types AS t, json_each(t.region_prices) AS own
)
SELECT
    'compute' AS category,
    t.id AS sku_id,
    t.label AS name,
    t.id AS instance_type,
    regexp_extract(t.id, '^(.*?)-[0-9]+$', 1) AS family,
    t.vcpus,
    t.memory / 1024 AS memory_gib,
    t.disk / 1024 * 1.073741824 AS local_storage_gb,
    canonical_accelerator(nullif(regexp_extract(t.label, '\+ (.*?)(?: GPU)? x[0-9]+$', 1), ''), NULL) AS accelerator,
    nullif(t.gpus, 0) AS accelerator_count,
    'linux' AS operating_system,
    'shared' AS tenancy,
    s.id AS region,
    'on_demand' AS purchase_option,
    'list' AS price_type,
    0 AS tier_from,
    'hour' AS unit,
    'hourly' AS unit_raw,
    'USD' AS currency,
    coalesce(own.price, (t.price ->> 'hourly')::DECIMAL(20, 10)) AS price,
    json_object('monthly_cap', t.price ->> 'monthly')::VARCHAR AS attributes,
    t.payload_url AS source_url
FROM types AS t
JOIN sites AS s ON json_contains(
    s.capabilities, CASE t.class WHEN 'gpu' THEN '"GPU Linodes"' WHEN 'premium' THEN '"Premium Plans"' ELSE '"Linodes"' END
)
LEFT JOIN own ON own.id = t.id AND own.region = s.id
