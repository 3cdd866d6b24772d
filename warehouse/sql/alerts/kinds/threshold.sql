-- Offers on the far side of a figure. What costs nothing, as plans with limits do, crosses none.
CREATE OR REPLACE TEMP TABLE events AS
SELECT
    md5(concat_ws('|', 'threshold', m.thing, f.per, f.below_usd, f.above_usd)) AS key,
    abs(m.measure / coalesce(f.below_usd, f.above_usd) - 1)::DOUBLE AS size, m.price_id, m.price_id AS old_price_id
FROM matching('newer.offers') AS m, asked AS f
WHERE m.measure > 0 AND (m.measure < f.below_usd OR m.measure > f.above_usd)
QUALIFY row_number() OVER (PARTITION BY key ORDER BY m.measure, m.price_id) = 1;
