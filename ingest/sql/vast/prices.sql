-- A type costs what the cheapest of its offers costs; the rest of the market is in the attributes, rounded.
-- An offer at zero is not the cheapest while there are others; a bid at zero is no bid.
WITH said AS (
    SELECT 'compute' AS category, instance_type, region, offering_class, 'on_demand' AS purchase_option,
           dph_base AS price
    FROM offers
    UNION ALL
    SELECT 'compute', instance_type, region, offering_class, 'spot', min_bid FROM offers WHERE min_bid <> 0
    UNION ALL
    SELECT 'storage', NULL, region, offering_class, 'on_demand', storage_cost FROM offers WHERE storage_cost <> 0
),
sold AS (
    SELECT *, max(price) OVER (PARTITION BY category, instance_type, region, offering_class, purchase_option) > 0
        AS some_cost
    FROM said
    WHERE price IS NOT NULL
),
market AS (
    SELECT
        * EXCLUDE (price, some_cost),
        min(price) AS price,
        round(median(price::DOUBLE), 2) AS median,
        round(max(price::DOUBLE), 2) AS high,
        count(*) AS offers
    FROM sold
    WHERE price > 0 OR NOT some_cost
    GROUP BY ALL
)
SELECT
    category,
    coalesce(instance_type, 'disk') || ':' || offering_class AS sku_id,
    CASE category WHEN 'compute' THEN instance_type ELSE 'Disk of an instance' END
        || ' (' || offering_class || ')' AS name,
    instance_type,
    CASE category WHEN 'compute' THEN 'linux' END AS operating_system,
    CASE category WHEN 'compute' THEN 'shared' END AS tenancy,
    region,
    purchase_option,
    offering_class,
    0 AS tier_from,
    CASE category WHEN 'compute' THEN 'hour' ELSE 'gb_month' END AS unit,
    CASE category WHEN 'compute' THEN 'hour' ELSE 'GB month' END AS unit_raw,
    price,
    json_object(
        'price', 'the lowest of the offers', 'median', median, 'high', high,
        'offers', CASE WHEN offers < 10 THEN offers
                       ELSE round(offers, -floor(log10(offers))::INTEGER)::BIGINT END
    )::VARCHAR AS attributes
FROM market
WHERE $regions::VARCHAR[] IS NULL OR list_contains($regions, region)
