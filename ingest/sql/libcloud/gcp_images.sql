-- Licences. The SQL Server rates are per core; the list names no region and no SKU for some.
WITH cells AS (
    SELECT image.key AS image, image.value->>'description' AS description, class.key AS class,
           class.value->>'sku' AS sku, (class.value->>'price')::DECIMAL(20, 10) AS price
    FROM pricing,
         json_each(pricing.document::JSON, '$.compute.gce_images') AS image,
         json_each(image.value) AS class
    WHERE class.type = 'OBJECT'
)
SELECT
    'other' AS category,
    coalesce(sku, 'gce_images/' || image || '/' || class) AS sku_id,
    image || ' licence, ' || class AS name,
    'global' AS region,
    'on_demand' AS purchase_option,
    CASE image WHEN 'SQL Server' THEN 'vcpu_hour' ELSE 'hour' END AS unit,
    'hour' AS unit_raw,
    price,
    json_object('image', image, 'class', class)::VARCHAR AS attributes
FROM cells
