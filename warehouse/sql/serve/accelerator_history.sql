-- The lowest hourly price of one accelerator at each provider, on the first of each month from $since and on the
-- last day, as far as it differs from the month before. Of each machine, place and way of buying the best source
-- that speaks of the day counts, as in `offers`.
WITH
machines AS (
    SELECT provider, instance_type, accelerator, accelerator_count
    FROM instance_types
    WHERE
        list_contains($accelerators::VARCHAR[], accelerator) AND accelerator_count > 0
        AND ($providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], provider))
),
told AS (
    SELECT
        p.*, m.accelerator, m.accelerator_count, s.source_rank, s.max_age_days,
        (p.price / usd.units_per_usd / m.accelerator_count)::DECIMAL(20, 10) AS price_usd_gpu_hour
    FROM prices AS p
    JOIN machines AS m USING (provider, instance_type)
    JOIN sources AS s USING (source)
    JOIN fx_latest AS usd USING (currency)
    WHERE
        p.category = 'compute' AND p.unit = 'hour' AND p.price_type = 'list' AND p.tier_from = 0
        AND p.operating_system = 'linux' AND coalesce(p.tenancy, 'shared') = 'shared'
        AND p.purchase_option = $purchase_option::VARCHAR AND p.upfront IS NULL AND p.price > 0
        AND ($regions::VARCHAR[] IS NULL OR list_contains($regions::VARCHAR[], p.provider || '/' || p.region))
),
days AS (
    SELECT unnest(generate_series(date_trunc('month', $since::TIMESTAMPTZ), $until::TIMESTAMPTZ, INTERVAL 1 MONTH)) AS day
    UNION
    SELECT $until::TIMESTAMPTZ
),
chosen AS (
    SELECT d.day, t.*
    FROM days AS d
    JOIN told AS t ON t.valid_from <= d.day AND (t.valid_to IS NULL OR t.valid_to > d.day)
    QUALIFY rank() OVER (
        PARTITION BY d.day, t.provider, t.instance_type, t.region, t.currency
        ORDER BY
            t.valid_to IS NULL AND date_diff('day', t.confirmed_at, d.day) > t.max_age_days, t.source_rank, t.source
    ) = 1
),
lowest AS (
    SELECT *
    FROM chosen
    QUALIFY row_number() OVER (
        PARTITION BY day, provider ORDER BY price_usd_gpu_hour, instance_type, region, zone, price_id
    ) = 1
),
steps AS (
    SELECT
        *,
        lag(price_usd_gpu_hour) OVER w AS price_before,
        lag(price_id) OVER w = price_id AS same_price,
        day = max(day) OVER () AS latest
    FROM lowest
    WINDOW w AS (PARTITION BY provider ORDER BY day)
)
SELECT
    day::DATE AS day, price_id::VARCHAR AS price_id, provider, instance_type, accelerator, accelerator_count, region, zone,
    purchase_option, operating_system, price_usd_gpu_hour, price, currency, valid_from, valid_to, source, source_url, as_of, observed_at,
    confirmed_at, latest
FROM steps
WHERE price_usd_gpu_hour IS DISTINCT FROM price_before OR latest
ORDER BY provider, day
LIMIT $rows::INTEGER;
