-- One row a machine, place and way of buying. An on-demand price that all zones of a region share is the
-- region's; of several prices of one thing the lowest positive one counts, as it does for SkyPilot.
WITH sold AS (
    SELECT *, 'on_demand' AS purchase_option FROM rows WHERE price IS NOT NULL AND NOT $bids
    UNION ALL BY NAME
    SELECT * REPLACE (spot_price AS price), 'spot' AS purchase_option
    FROM rows
    WHERE spot_price <> 0
),
zoned AS (
    SELECT
        * EXCLUDE (zone),
        CASE
            WHEN purchase_option = 'spot' OR count(DISTINCT price) OVER one_thing > 1 THEN zone
        END AS zone
    FROM sold
    WHERE instance_type IS NOT NULL
      AND ($regions::VARCHAR[] IS NULL OR region IN (SELECT unnest($regions::VARCHAR[])))
    WINDOW one_thing AS (PARTITION BY instance_type, operating_system, region, purchase_option)
)
SELECT
    'compute' AS category,
    instance_type AS sku_id,
    instance_type AS name,
    instance_type,
    operating_system,
    'shared' AS tenancy,
    region,
    zone,
    purchase_option,
    -- RunPod's two clouds.
    lower(nullif(regexp_extract(instance_type, '_(SECURE|COMMUNITY)$', 1), '')) AS offering_class,
    0 AS tier_from,
    'hour' AS unit,
    'hour' AS unit_raw,
    coalesce(min(price) FILTER (price > 0), min(price)) AS price,
    min(attributes) AS attributes
FROM zoned
GROUP BY instance_type, operating_system, region, zone, purchase_option
