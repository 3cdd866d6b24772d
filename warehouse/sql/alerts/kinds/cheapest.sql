-- The cheapest offer, where it is another than before, or costs less. Of equal ones the one from before stays.
-- Exchange rates move every day: the same offer is cheaper only where its own currency says so.
CREATE OR REPLACE TEMP TABLE events AS
WITH
before AS (
    SELECT m.*
    FROM matching('older.offers') AS m
    WHERE m.measure > 0
    QUALIFY m.measure = min(m.measure) OVER ()
),
after AS (
    SELECT m.*
    FROM matching('newer.offers') AS m
    WHERE m.measure > 0
    QUALIFY m.measure = min(m.measure) OVER ()
),
pair AS (
    SELECT a.*, b.price_id AS old_price_id, b.thing AS old_thing, b.price_hour AS old_price_hour, b.measure AS old_measure
    FROM after AS a
    CROSS JOIN before AS b
    ORDER BY
        a.thing = b.thing DESC, a.provider, a.instance_type, a.region, a.price_id,
        b.provider, b.instance_type, b.region, b.price_id
    LIMIT 1
)
SELECT
    md5(concat_ws('|', 'cheapest', p.old_thing, p.old_price_hour, p.thing, p.price_hour, epoch_us(p.valid_from))) AS key,
    1.0 AS size, p.price_id, p.old_price_id
FROM pair AS p, asked AS f
WHERE
    (p.thing <> p.old_thing OR p.price_hour < p.old_price_hour)
    AND 100 * abs(p.measure - p.old_measure) / p.old_measure >= f.min_percent;
