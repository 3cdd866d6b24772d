-- The ways of buying a machine in each region: the commitments with their break-even, on demand, and the cheapest
-- spot. Regions are `provider/region`. The cheapest by the hour first.
WITH
places AS (
    SELECT split_part(place, '/', 1) AS provider, split_part(place, '/', 2) AS region
    FROM (SELECT unnest($regions::VARCHAR[]) AS place)
),
plain AS (
    SELECT *
    FROM offers
    WHERE purchase_option IN ('on_demand', 'spot') AND price_type = 'list' AND price_hour > 0
      AND list_contains($machines::VARCHAR[], instance_type)
    QUALIFY row_number() OVER (
        PARTITION BY provider, instance_type, operating_system, tenancy, region, currency, purchase_option
        ORDER BY price_hour, price_id
    ) = 1
),
ways AS (
    SELECT
        price_id, provider, instance_type, operating_system, tenancy, region, zone, purchase_option, price_type,
        currency, price_hour, source, source_url, as_of, observed_at, confirmed_at, stale
    FROM plain
    UNION ALL BY NAME
    SELECT
        price_id, provider, instance_type, operating_system, tenancy, region, zone, purchase_option, price_type,
        term_months, payment, offering_class, currency, effective_price_hour AS price_hour, upfront, hourly_fee,
        term_hours, total_cost, on_demand_price_hour, discount_percent, pays_off, break_even_hours,
        break_even_months, break_even_utilisation_percent, payback_months, spot_price_hour, spot_pays_off,
        spot_break_even_hours, spot_break_even_months, source, source_url, as_of, observed_at, confirmed_at, stale
    FROM breakeven_of($machines::VARCHAR[])
    WHERE price_type = 'list'
)
SELECT w.* REPLACE (w.price_id::VARCHAR AS price_id), r.name AS region_name
FROM ways AS w
LEFT JOIN regions AS r USING (provider, region)
WHERE coalesce(w.operating_system, 'linux') = $operating_system::VARCHAR
  AND coalesce(w.tenancy, 'shared') = $tenancy::VARCHAR
  AND ($regions::VARCHAR[] IS NULL OR (w.provider, w.region) IN (SELECT (provider, region) FROM places))
  AND ($providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], w.provider))
ORDER BY w.price_hour, w.provider, w.region, w.term_months NULLS FIRST, w.payment, w.offering_class, w.price_id;
