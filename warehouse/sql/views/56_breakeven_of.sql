-- Every committed offer beside the same machine on demand and at the cheapest spot price of the region, in one
-- currency. An hour of the term is owed whether the machine runs or not: the whole term costs upfront + fee *
-- hours. Savings plans state one rate whatever the payment: what is paid at once is taken out of it, all of it
-- or, for partial_upfront, half. Beside a price of one's own stands one's own on-demand price, else the list's.
-- `machines` are those wanted; null means all. The list is a condition of both sides of the join: a filter on the
-- view reaches one.
CREATE OR REPLACE MACRO breakeven_of(machines) AS TABLE
WITH
committed AS (
    SELECT
        price_id, provider, service, instance_type, operating_system, tenancy, region, zone, purchase_option,
        price_type, term_months, payment, offering_class, currency, price_hour, source, source_url, as_of, observed_at,
        confirmed_at, stale,
        CASE
            WHEN upfront IS NOT NULL THEN upfront
            WHEN payment = 'all_upfront' THEN price_hour * term_months * 730
            WHEN payment = 'partial_upfront' THEN price_hour * term_months * 365
            ELSE 0
        END::DECIMAL(20, 10) AS upfront,
        upfront IS NOT NULL AS paid_apart,
        term_months * 730 AS term_hours
    FROM offers
    WHERE term_months > 0 AND purchase_option IN ('reserved', 'savings_plan', 'commitment')
      AND (machines IS NULL OR list_contains(machines, instance_type))
),
uncommitted AS (
    SELECT
        provider, instance_type, region, currency, operating_system, tenancy,
        arg_min(offer, place) FILTER (purchase_option = 'on_demand' AND price_type = 'list') AS listed,
        arg_min(offer, place) FILTER (purchase_option = 'on_demand' AND price_type = 'contracted') AS contracted,
        arg_min(offer, place) FILTER (purchase_option = 'spot') AS spot
    FROM (
        SELECT
            provider, instance_type, region, currency, operating_system, tenancy, purchase_option, price_type,
            struct_pack(price := price_hour, price_id := price_id, as_of := as_of) AS offer,
            struct_pack(price := price_hour, price_id := price_id) AS place
        FROM offers
        WHERE purchase_option IN ('on_demand', 'spot') AND price_hour > 0
          AND (machines IS NULL OR list_contains(machines, instance_type))
    )
    GROUP BY ALL
),
beside AS (
    SELECT
        c.*,
        c.price_hour - (c.upfront / c.term_hours)::DECIMAL(20, 10) AS hourly_fee,
        CASE WHEN c.price_type = 'contracted' THEN coalesce(u.contracted, u.listed) ELSE u.listed END AS on_demand,
        u.spot
    FROM committed AS c
    LEFT JOIN uncommitted AS u
        ON u.provider = c.provider AND u.instance_type = c.instance_type AND u.region = c.region
        AND u.currency = c.currency AND u.operating_system IS NOT DISTINCT FROM c.operating_system
        AND u.tenancy IS NOT DISTINCT FROM c.tenancy
),
summed AS (
    SELECT
        *,
        CASE WHEN paid_apart THEN upfront + hourly_fee * term_hours ELSE price_hour * term_hours END
            ::DECIMAL(20, 4) AS total_cost,
        price_hour <= on_demand.price AS pays_off,
        price_hour <= spot.price AS spot_pays_off
    FROM beside
)
SELECT
    price_id, provider, service, instance_type, operating_system, tenancy, region, zone, purchase_option, price_type,
    term_months, payment, offering_class, currency, upfront, hourly_fee, term_hours, total_cost,
    price_hour AS effective_price_hour,
    on_demand.price AS on_demand_price_hour,
    (100 * (1 - price_hour / on_demand.price))::DECIMAL(12, 2) AS discount_percent,
    pays_off,
    CASE WHEN pays_off THEN total_cost / on_demand.price END::DECIMAL(12, 2) AS break_even_hours,
    CASE WHEN pays_off THEN total_cost / on_demand.price / 730 END::DECIMAL(12, 2) AS break_even_months,
    CASE WHEN pays_off THEN 100 * price_hour / on_demand.price END::DECIMAL(12, 2) AS break_even_utilisation_percent,
    CASE WHEN pays_off THEN upfront / nullif(on_demand.price - hourly_fee, 0) / 730 END::DECIMAL(12, 2)
        AS payback_months,
    spot.price AS spot_price_hour,
    (100 * (1 - price_hour / spot.price))::DECIMAL(12, 2) AS spot_discount_percent,
    spot_pays_off,
    CASE WHEN spot_pays_off THEN total_cost / spot.price END::DECIMAL(12, 2) AS spot_break_even_hours,
    CASE WHEN spot_pays_off THEN total_cost / spot.price / 730 END::DECIMAL(12, 2) AS spot_break_even_months,
    CASE WHEN spot_pays_off THEN 100 * price_hour / spot.price END::DECIMAL(12, 2)
        AS spot_break_even_utilisation_percent,
    source, source_url, as_of, observed_at, confirmed_at, stale,
    on_demand.price_id AS on_demand_price_id, on_demand.as_of AS on_demand_as_of,
    spot.price_id AS spot_price_id, spot.as_of AS spot_as_of
FROM summed;
