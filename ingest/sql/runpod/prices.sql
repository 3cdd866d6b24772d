-- One row a machine, cloud and way of buying. A type carries prices of a cloud it is not in (0.5 or 0):
-- only the flags say what is sold. No price for spot, or none but zero, is no spot.
WITH machines AS (
    SELECT *, unnest([1, 2, 4, 8]) AS gpus FROM types
),
clouds AS (
    SELECT *, 'secure' AS cloud, securePrice AS rate, secureSpotPrice AS spot_rate,
           coalesce(maxGpuCountSecureCloud, maxGpuCount, 1) AS most
    FROM machines
    WHERE secureCloud
    UNION ALL BY NAME
    SELECT *, 'community' AS cloud, communityPrice AS rate, communitySpotPrice AS spot_rate,
           coalesce(maxGpuCountCommunityCloud, maxGpuCount, 1) AS most
    FROM machines
    WHERE communityCloud
),
offered AS (
    SELECT *, 'on_demand' AS purchase_option, rate AS per_gpu FROM clouds
    UNION ALL BY NAME
    SELECT *, 'spot' AS purchase_option, spot_rate AS per_gpu FROM clouds WHERE spot_rate <> 0
)
SELECT
    'compute' AS category,
    id || ':' || cloud AS sku_id,
    gpus || 'x ' || displayName || ' (' || cloud || ' cloud)' AS name,
    gpus || 'x ' || id AS instance_type,
    'linux' AS operating_system,
    'shared' AS tenancy,
    'global' AS region,
    purchase_option,
    cloud AS offering_class,
    0 AS tier_from,
    'hour' AS unit,
    'GPU hour' AS unit_raw,
    (per_gpu * gpus)::DECIMAL(20, 10) AS price,
    json_object('cloud', cloud, 'gpu_count', gpus)::VARCHAR AS attributes
FROM offered
WHERE per_gpu IS NOT NULL AND (gpus = 1 OR gpus <= most)
