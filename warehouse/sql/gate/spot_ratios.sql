-- Spot prices against the dearest on-demand price of the same machine: of this batch, else in force.
CREATE OR REPLACE TEMP TABLE spot_ratios AS
WITH
spots AS (FROM staged_spots),
staged AS (
    SELECT provider, instance_type, operating_system, tenancy, region, unit, currency, max(price) AS on_demand
    FROM staged_prices
    WHERE purchase_option = 'on_demand' AND price_type = 'list' AND price > 0
    GROUP BY ALL
),
sold AS (
    SELECT *
    FROM price_keys
    SEMI JOIN spots USING (provider, instance_type)
    WHERE purchase_option = 'on_demand' AND price_type = 'list'
),
in_force AS (
    SELECT k.provider, k.instance_type, k.operating_system, k.tenancy, k.region, k.unit, k.currency,
           max(p.price) AS on_demand
    FROM sold AS k
    JOIN spans AS p USING (key_no)
    WHERE p.price > 0 AND p.valid_from <= $as_of AND (p.valid_to IS NULL OR p.valid_to > $as_of)
    GROUP BY ALL
),
either AS (
    SELECT *, 1 AS place FROM staged
    UNION ALL
    SELECT *, 2 AS place FROM in_force
)
SELECT s.row_number, e.on_demand, (s.price / e.on_demand)::DOUBLE AS spot_ratio
FROM spots AS s
JOIN either AS e
    ON (e.provider, e.instance_type, e.region, e.unit, e.currency)
    = (s.provider, s.instance_type, s.region, s.unit, s.currency)
    AND e.operating_system IS NOT DISTINCT FROM s.operating_system
    AND e.tenancy IS NOT DISTINCT FROM s.tenancy
QUALIFY row_number() OVER (PARTITION BY s.row_number ORDER BY e.place) = 1;
