-- One row a machine, place and way of buying. An on-demand price that all zones of a region share is the
-- region's; of several prices of one thing the lowest positive one counts.
WITH zoned AS (
    SELECT
        * EXCLUDE (zone),
        CASE WHEN purchase_option = 'spot' OR count(DISTINCT price) OVER one_thing > 1 THEN zone END AS zone
    FROM rows
    WHERE $regions::VARCHAR[] IS NULL OR region IN (SELECT unnest($regions::VARCHAR[]))
    WINDOW one_thing AS (PARTITION BY instance_type, region, purchase_option, offering_class)
)
SELECT
    'compute' AS category,
    instance_type AS sku_id,
    min(instance_name) AS name,
    instance_type,
    'linux' AS operating_system,
    'shared' AS tenancy,
    region,
    zone,
    purchase_option,
    offering_class,
    0 AS tier_from,
    'hour' AS unit,
    'hour' AS unit_raw,
    coalesce(min(price) FILTER (price > 0), min(price)) AS price,
    min(attributes) AS attributes
FROM zoned
GROUP BY instance_type, region, zone, purchase_option, offering_class
