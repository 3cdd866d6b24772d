-- The days on which the spot price of machines was lowest or highest, and of which days there are any; null times are
-- none. `days` counts the days held, `tied` those of them that had the first price.
WITH
held AS (
    SELECT
        d.price_id::VARCHAR AS price_id, d.provider, d.instance_type, d.operating_system, d.region, r.name AS region_name,
        d.zone, d.purchase_option, d.currency, d.unit, d.day, d.source, d.source_url,
        -- if $dearest
        d.high AS price, -d.high AS first
        -- else
        d.low AS price, d.low AS first
        -- end
    FROM spot_daily AS d
    LEFT JOIN regions AS r ON r.provider = d.provider AND r.region = d.region
    WHERE
        d.instance_type IN (SELECT unnest($machines::VARCHAR[]))
        AND ($regions::VARCHAR[] IS NULL OR list_contains($regions::VARCHAR[], d.provider || '/' || d.region))
        AND d.purchase_option = 'spot' AND d.operating_system = $operating_system::VARCHAR
        AND ($since::DATE IS NULL OR d.day >= $since::DATE)
        AND ($last_day::DATE IS NULL OR d.day <= $last_day::DATE)
)
SELECT
    * EXCLUDE (first), min(day) OVER () AS first_day, max(day) OVER () AS last_day,
    (SELECT count(DISTINCT day) FROM held) AS days,
    (SELECT count(DISTINCT day) FROM held WHERE first = (SELECT min(first) FROM held)) AS tied
FROM held
ORDER BY first, day, region, zone, price_id
LIMIT $rows::INTEGER;
