-- Prices in force in one of two snapshots only, or in both at another price: of each kind the first $limit.
WITH
before AS (SELECT s.* FROM older.price_spans AS s WHERE s.valid_to IS NULL),
after AS (SELECT s.* FROM newer.price_spans AS s WHERE s.valid_to IS NULL),
moved AS (
    SELECT
        CASE WHEN b.price_id IS NULL THEN 'added' WHEN a.price_id IS NULL THEN 'gone' ELSE 'changed' END AS how,
        coalesce(a.price_id, b.price_id) AS price_id, b.price AS old_price, a.price AS new_price,
        round(100 * (a.price - b.price)::DOUBLE / nullif(b.price, 0)::DOUBLE, 2) AS change_percent,
        b.upfront AS old_upfront, a.upfront AS new_upfront,
        round(100 * (a.upfront - b.upfront)::DOUBLE / nullif(b.upfront, 0)::DOUBLE, 2) AS upfront_change_percent
    FROM before AS b
    FULL JOIN after AS a ON b.price_id = a.price_id
    WHERE b.price_id IS NULL OR a.price_id IS NULL OR (a.price, a.upfront) IS DISTINCT FROM (b.price, b.upfront)
),
keys AS (
    SELECT * FROM newer.price_keys
    UNION ALL BY NAME
    SELECT * FROM older.price_keys ANTI JOIN newer.price_keys USING (price_id)
)
SELECT
    m.how, k.provider, coalesce(k.instance_type, k.name) AS item, k.attributes ->> 'kind' AS kind, k.operating_system, k.tenancy, k.region, k.zone,
    k.purchase_option, k.term_months, k.payment, k.offering_class, k.unit, k.currency,
    m.old_price, m.new_price, m.change_percent, m.old_upfront, m.new_upfront, m.upfront_change_percent,
    k.source, m.price_id
FROM moved AS m
JOIN keys AS k USING (price_id)
QUALIFY row_number() OVER (
    PARTITION BY m.how
    ORDER BY greatest(abs(m.change_percent), abs(m.upfront_change_percent)) DESC NULLS LAST,
        k.provider, item, k.region, k.operating_system, k.price_id
) <= $limit
ORDER BY
    m.how, greatest(abs(m.change_percent), abs(m.upfront_change_percent)) DESC NULLS LAST,
    k.provider, item, k.region, k.operating_system, k.price_id;
