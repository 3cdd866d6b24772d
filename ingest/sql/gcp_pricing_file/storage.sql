-- Disks and buckets per gibibyte and month, and what reading the colder buckets costs per gibibyte.
WITH ways(way, purchase_option, term_months) AS (
    VALUES ('month', 'on_demand', NULL), ('month_spot', 'spot', NULL),
           ('month_1y', 'commitment', 12), ('month_3y', 'commitment', 36)
),
sections(section, service, unit) AS (
    VALUES ('compute.storage', 'Compute Engine', 'gb_month'), ('storage.bucket', 'Cloud Storage', 'gb_month'),
           ('storage.retrieval', 'Cloud Storage', 'gb')
),
places AS (
    SELECT
        sections.*, thing,
        unnest(map_entries(from_json(value->'cost', '"MAP(VARCHAR, MAP(VARCHAR, VARCHAR))"'))) AS place
    FROM sections
    JOIN things USING (section)
)
SELECT
    service,
    'storage' AS category,
    section || '/' || thing AS sku_id,
    CASE section
        WHEN 'compute.storage' THEN 'Disk ' || thing
        WHEN 'storage.bucket' THEN 'Storage class ' || thing
        ELSE 'Reading of storage class ' || thing
    END AS name,
    regexp_replace(place.key, '-multi$', '') AS region,
    purchase_option,
    term_months::INTEGER AS term_months,
    0 AS tier_from,
    unit,
    CASE unit WHEN 'gb' THEN 'GiB' ELSE 'GiB month' END AS unit_raw,
    place.value[way]::DECIMAL(20, 10) AS price
FROM places, ways
WHERE place.value[way] IS NOT NULL
