-- The items of the pages. The first of $regions was asked; the rest are its local zones. A field an item
-- does not have is an empty text: the casts refuse it, and what is not cast is refused by name.
WITH items AS (
    SELECT source_url, unnest(regexp_extract_all(document, '<item>(.*?)</item>', 1, 's')) AS item FROM pages
),
fields AS (
    SELECT
        source_url,
        regexp_extract(item, '<instanceType>([^<]+)</', 1) AS instance_type,
        regexp_extract(item, '<productDescription>([^<]+)</', 1) AS product,
        regexp_extract(item, '<availabilityZone>([^<]+)</', 1) AS zone,
        regexp_extract(item, '<timestamp>([^<]+)</', 1)::TIMESTAMPTZ AS effective_from,
        regexp_extract(item, '<spotPrice>([^<]+)</', 1)::DECIMAL(20, 10) AS price
    FROM items
),
named AS (
    SELECT
        CASE WHEN '' IN (instance_type, product, zone)
             THEN error('an item has no instanceType, productDescription or availabilityZone')
             ELSE instance_type END AS instance_type,
        zone,
        regexp_replace(zone, '[a-z]$', '') AS place,
        CASE regexp_replace(product, ' \(Amazon VPC\)$', '')
            WHEN 'Linux/UNIX' THEN 'linux'
            WHEN 'Windows' THEN 'windows'
            WHEN 'SUSE Linux' THEN 'suse'
            WHEN 'Red Hat Enterprise Linux' THEN 'rhel'
            ELSE lower(product)
        END AS operating_system,
        effective_from, price, source_url
    FROM fields
)
SELECT DISTINCT ON (instance_type, operating_system, zone)
    'spot/' || instance_type || '/' || operating_system AS sku_id,
    instance_type || ' spot (' || operating_system || ', ' || zone || ')' AS name,
    instance_type,
    operating_system,
    CASE WHEN list_contains($regions::VARCHAR[], place) THEN place ELSE $regions[1] END AS region,
    zone,
    0 AS tier_from,
    'hour' AS unit,
    'hour' AS unit_raw,
    price,
    effective_from,
    source_url
FROM named
ORDER BY instance_type, operating_system, zone, effective_from DESC, price DESC, source_url
