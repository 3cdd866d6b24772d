-- The largest events that are not told yet, with what both snapshots say of them.
WITH
largest AS MATERIALIZED (
    SELECT * FROM events SEMI JOIN untold USING (key) ORDER BY size DESC, key LIMIT $rows
),
-- Joined inward first: only then is a large table not read whole.
after AS (SELECT n.* FROM newer.offers AS n JOIN (SELECT price_id FROM largest) USING (price_id)),
before AS (SELECT o.* FROM older.offers AS o JOIN (SELECT old_price_id AS price_id FROM largest) USING (price_id))
SELECT
    coalesce(n.provider, o.provider) AS provider, coalesce(n.instance_type, o.instance_type) AS machine,
    coalesce(n.region, o.region) AS region, coalesce(n.zone, o.zone) AS zone,
    coalesce(n.operating_system, o.operating_system) AS operating_system, coalesce(n.tenancy, o.tenancy) AS tenancy,
    coalesce(n.purchase_option, o.purchase_option) AS purchase_option,
    coalesce(n.term_months, o.term_months) AS term_months, coalesce(n.payment, o.payment) AS payment,
    coalesce(n.accelerator, o.accelerator) AS accelerator,
    coalesce(n.accelerator_count, o.accelerator_count) AS accelerator_count,
    o.provider AS old_provider, o.instance_type AS old_machine, o.region AS old_region,
    o.accelerator_count AS old_accelerator_count, o.currency AS old_currency,
    o.price_hour AS old_price_hour, o.price_usd_hour AS old_price_usd_hour,
    n.currency, n.price_hour, n.price_usd_hour,
    (100 * (n.price_usd_hour - o.price_usd_hour) / nullif(o.price_usd_hour, 0))::DOUBLE AS usd_percent,
    (100 * (n.price_hour - o.price_hour) / nullif(o.price_hour, 0))::DOUBLE AS percent,
    coalesce(n.source, o.source) AS source, coalesce(n.confirmed_at, o.confirmed_at) AS confirmed_at,
    n.valid_from, coalesce(n.price_id, o.price_id)::VARCHAR AS price_id
FROM largest AS l
LEFT JOIN after AS n ON n.price_id = l.price_id
LEFT JOIN before AS o ON o.price_id = l.old_price_id
ORDER BY l.size DESC, l.key;
