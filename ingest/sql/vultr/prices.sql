-- One row a plan, location and way of buying; a location may have a price of its own.
WITH places AS (
    SELECT *, unnest(from_json(locations, '["VARCHAR"]')) AS region FROM plans
),
costs AS (
    SELECT
        *,
        coalesce(nullif(location_cost->region, 'null'), '{}'::JSON) AS own
    FROM places
),
local AS (
    SELECT
        * EXCLUDE (monthly_cost, hourly_cost, monthly_cost_preemptible, hourly_cost_preemptible),
        coalesce((own->>'monthly_cost')::DECIMAL(20, 10), monthly_cost) AS monthly,
        coalesce((own->>'hourly_cost')::DECIMAL(20, 10), hourly_cost) AS hourly,
        coalesce((own->>'monthly_cost_preemptible')::DECIMAL(20, 10), monthly_cost_preemptible) AS spot_monthly,
        coalesce((own->>'hourly_cost_preemptible')::DECIMAL(20, 10), hourly_cost_preemptible) AS spot_hourly
    FROM costs
),
offered AS (
    SELECT *, 'on_demand' AS purchase_option,
           -- The lists of old had no hourly prices, nor did they say how a plan is deployed.
           CASE WHEN count(hourly) OVER () = 0 AND count(deploy_ondemand) OVER () > 0
                THEN error('no plan has hourly_cost')
                ELSE coalesce(hourly, (monthly / cap_hours)::DECIMAL(20, 10)) END AS price,
           monthly AS cap
    FROM local
    WHERE coalesce(deploy_ondemand, true)
    UNION ALL BY NAME
    SELECT *, 'spot' AS purchase_option,
           coalesce(spot_hourly, (spot_monthly / cap_hours)::DECIMAL(20, 10)) AS price, spot_monthly AS cap
    FROM local
    WHERE deploy_preemptible
)
SELECT
    'compute' AS category,
    id AS sku_id,
    id || ' (linux)' AS name,
    id AS instance_type,
    'linux' AS operating_system,
    'shared' AS tenancy,
    region,
    purchase_option,
    0 AS tier_from,
    'hour' AS unit,
    CASE WHEN hourly IS NULL THEN 'month / ' || cap_hours ELSE 'hour' END AS unit_raw,
    price,
    CASE
        WHEN price = 0 AND id LIKE '%-free' THEN json_object('free_tier', true)
        ELSE json_object('monthly_cap', cap::DOUBLE)
    END::VARCHAR AS attributes,
    payload_url AS source_url
FROM offered
WHERE price IS NOT NULL AND ($regions::VARCHAR[] IS NULL OR list_contains($regions, region))
