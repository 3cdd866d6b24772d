-- Spot and market prices by day, from the spans that are kept. A price counts for the time it held; of the one
-- in force the time until it was last confirmed.
CREATE OR REPLACE VIEW spot_days AS
WITH
held AS (
    SELECT
        k.provider, k.instance_type, k.region, k.source, s.key_no, s.price, s.valid_from,
        coalesce(s.valid_to, greatest(c.confirmed_at, s.valid_from + INTERVAL 1 SECOND)) AS until,
        s.previous_to IS NOT DISTINCT FROM s.valid_from AS moved
    FROM spans AS s
    JOIN price_keys AS k USING (key_no)
    JOIN sources AS src ON src.source = k.source
    LEFT JOIN cells AS c
        ON c.source = k.source AND c.provider = k.provider AND c.service = k.service AND c.region = k.region
        AND c.purchase_option = k.purchase_option
    WHERE k.purchase_option = 'spot' OR src.schedule = 'hourly'
),
days AS (
    SELECT
        *,
        unnest(
            generate_series(date_trunc('day', valid_from), date_trunc('day', until - INTERVAL 1 MICROSECOND), INTERVAL 1 DAY)
        ) AS midnight
    FROM held
),
pieces AS (
    SELECT
        provider, instance_type, region, source, key_no, midnight::DATE AS day, price,
        epoch(least(until, midnight + INTERVAL 1 DAY) - greatest(valid_from, midnight)) AS seconds,
        moved AND valid_from >= midnight AS changed
    FROM days
),
weighed AS (
    SELECT
        *,
        sum(seconds) OVER (so_far ORDER BY price ROWS UNBOUNDED PRECEDING) AS up_to,
        sum(seconds) OVER so_far AS whole
    FROM pieces
    WINDOW so_far AS (PARTITION BY provider, instance_type, region, source, key_no, day)
)
SELECT
    provider, instance_type, region, source, key_no, day,
    min(price) AS low,
    min(price) FILTER (up_to * 2 >= whole) AS median,
    max(price) AS high,
    (sum(price::DOUBLE * seconds) / any_value(whole))::DECIMAL(20, 10) AS mean,
    coalesce(
        100 * sqrt(greatest(
            sum(price::DOUBLE * price::DOUBLE * seconds) / any_value(whole)
            - pow(sum(price::DOUBLE * seconds) / any_value(whole), 2), 0
        )) / nullif(sum(price::DOUBLE * seconds) / any_value(whole), 0), 0
    ) AS volatility_percent,
    count(*) FILTER (changed) AS changes
FROM weighed
GROUP BY ALL;
