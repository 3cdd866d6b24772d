-- Prices in force of machines that can be rented by the hour, of the best source of each thing: one that
-- is not stale, of them the one of the lowest rank, then the freshest. Where that source prices the zones
-- of a region one by one, its vaguer price of the region is left out. Sources call services by different
-- names, so these do not tell things apart, but those of one source do. Not everybody's are the prices of
-- subscriptions for development and test.
-- Filters on provider, machine, accelerator and region reach the tables through every window here.
CREATE OR REPLACE MACRO offers_at(moment, clock) AS TABLE
WITH
machine_prices AS (
    SELECT
        p.*,
        CASE
            WHEN p.upfront IS NULL THEN p.price
            ELSE (p.price + p.upfront / (p.term_months * 730))::DECIMAL(20, 10)
        END AS price_hour,
        src.source_rank,
        -- Days of UTC. date_diff asks the calendar of a time zone for every row.
        epoch_us(clock) // 86400000000 - epoch_us(p.confirmed_at) // 86400000000 > src.max_age_days AS stale,
        -- What else tells two things apart; quicker to sort by than its parts.
        hash(
            p.operating_system, p.tenancy, p.purchase_option, p.price_type, p.term_months, p.payment,
            p.offering_class, p.currency
        ) AS way
    FROM priced_at(moment) AS p
    JOIN sources AS src ON src.source = p.source
    WHERE p.category = 'compute' AND p.unit = 'hour' AND p.instance_type IS NOT NULL
      AND p.tier_from = 0 AND p.offering_class IS DISTINCT FROM 'dev_test'
),
-- The first row of a thing is of its best source, and of a zone where that source has zones. Rows of one
-- service and zone follow each other, the freshest first.
chosen AS (
    SELECT *
    FROM machine_prices
    WINDOW thing AS (
        PARTITION BY provider, instance_type, accelerator, region, way
        ORDER BY stale, source_rank, source, zone IS NULL, service, zone, as_of DESC, price_id
    )
    QUALIFY
        stale = first_value(stale) OVER thing AND source = first_value(source) OVER thing
        AND (zone IS NULL) = first_value(zone IS NULL) OVER thing
        AND (
            lag(price_id) OVER thing IS NULL
            OR lag(service) OVER thing <> service OR lag(zone) OVER thing IS DISTINCT FROM zone
        )
),
bands AS (
    SELECT i.*
    FROM interruptions AS i
    LEFT JOIN sources AS s USING (source)
    WHERE i.as_of <= moment
    QUALIFY row_number() OVER (
        PARTITION BY i.provider, i.region, i.instance_type, i.operating_system
        ORDER BY coalesce(s.source_rank, 1000), i.as_of DESC, i.source
    ) = 1
)
SELECT
    m.price_id, m.provider, m.service, m.instance_type, i.family, i.vcpus, i.memory_gib, i.architecture,
    m.accelerator, i.accelerator_count, i.accelerator_memory_gib, i.local_storage_gb,
    i.source AS specs_source,
    m.operating_system, m.tenancy, m.region, r.name AS region_name, r.city, r.country, c.continent,
    r.latitude, r.longitude, m.zone, m.purchase_option, m.price_type, m.term_months, m.payment,
    m.offering_class, m.currency, m.price_hour,
    (m.price_hour * 730)::DECIMAL(20, 10) AS price_month,
    (m.price_hour / usd.units_per_usd)::DECIMAL(20, 10) AS price_usd_hour,
    (m.price_hour * 730 / usd.units_per_usd)::DECIMAL(20, 10) AS price_usd_month,
    m.upfront, m.attributes -> 'components' AS components,
    CASE WHEN (m.attributes ->> 'price') = 'the lowest of the offers' THEN (m.attributes ->> 'offers')::INTEGER END
        AS lowest_of,
    CASE WHEN m.purchase_option = 'spot' THEN b.percent_from END AS interruption_from,
    CASE WHEN m.purchase_option = 'spot' THEN b.percent_to END AS interruption_to,
    m.source, m.source_url, m.effective_from, m.valid_from, m.as_of, m.observed_at, m.confirmed_at, m.stale
FROM chosen AS m
LEFT JOIN instance_types AS i USING (provider, instance_type)
LEFT JOIN regions AS r USING (provider, region)
LEFT JOIN countries AS c USING (country)
LEFT JOIN fx_latest_by(moment) AS usd USING (currency)
LEFT JOIN bands AS b USING (provider, region, instance_type, operating_system);
