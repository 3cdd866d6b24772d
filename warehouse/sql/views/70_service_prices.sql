-- Prices in force of what a bill holds beside machines, by the ordinary names of `services`: of each thing and
-- region the tiers of one SKU, of the best source as in `offers`, in US dollars where it has them. A price for
-- all regions stands for each of them, or for those of the geographies that `services` names. Prices per hour
-- of a gigabyte become prices per month of 730 hours, prices per thousand requests prices of one.
CREATE OR REPLACE TABLE service_prices AS
WITH
found AS (
    SELECT
        s.item, s.kind, s.unit AS wanted_unit, s.size_gb, s.geographies, s.meaning, p.*,
        CASE
            WHEN p.unit = s.unit THEN 1
            WHEN p.unit = 'gb_hour' AND s.unit = 'gb_month' THEN 730
            WHEN p.unit = 'thousand_requests' AND s.unit = 'request' THEN 0.001
        END::DECIMAL(10, 3) AS times,
        src.source_rank,
        date_diff('day', p.confirmed_at, now()) > src.max_age_days AS stale
    FROM prices AS p
    JOIN services AS s
        ON s.provider = p.provider AND s.service = p.service
        AND (
            regexp_full_match(p.name, s.pattern) OR regexp_full_match(p.sku_id, s.pattern)
            OR regexp_full_match(p.attributes ->> 'usage_type', s.pattern)
        )
    JOIN sources AS src ON src.source = p.source
    WHERE p.valid_to IS NULL AND p.category IN ('storage', 'network') AND p.instance_type IS NULL
      AND p.purchase_option = 'on_demand' AND p.price_type = 'list'
),
sold_in AS (
    SELECT f.* EXCLUDE (region), f.region, false AS everywhere
    FROM found AS f
    WHERE f.geographies IS NULL
    UNION ALL
    SELECT f.* EXCLUDE (region), r.region, true AS everywhere
    FROM found AS f
    JOIN regions AS r ON r.provider = f.provider
    WHERE
        f.region = 'global'
        AND (
            f.geographies IS NULL
            OR r.country IN (
                SELECT unnest(string_split(g.countries, '|'))
                FROM geographies AS g
                WHERE list_contains(string_split(f.geographies, '|'), g.geography)
            )
        )
)
SELECT
    p.item, p.kind, p.meaning, p.provider, p.service, p.sku_id, p.name, p.region,
    (p.tier_from / p.times)::DECIMAL(20, 6) AS tier_from, (p.tier_to / p.times)::DECIMAL(20, 6) AS tier_to,
    p.wanted_unit AS unit, p.size_gb, p.currency, (p.price * p.times)::DECIMAL(20, 10) AS price,
    CASE p.currency
        WHEN 'USD' THEN (p.price * p.times)::DECIMAL(20, 10)
        ELSE (p.price * p.times / usd.units_per_usd)::DECIMAL(20, 10)
    END AS price_usd,
    p.price_id, p.source, p.source_url, p.as_of, p.observed_at, p.confirmed_at, p.stale
FROM sold_in AS p
LEFT JOIN fx_latest AS usd USING (currency)
WHERE p.times IS NOT NULL
QUALIFY rank() OVER (
    PARTITION BY p.item, p.provider, p.region
    ORDER BY p.stale, p.source_rank, p.source, p.currency <> 'USD', p.currency, p.everywhere, p.sku_id
) = 1
ORDER BY p.item, p.provider, p.region, tier_from;
