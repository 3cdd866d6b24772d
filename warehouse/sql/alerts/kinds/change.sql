CREATE OR REPLACE TEMP TABLE events AS
SELECT
    md5(concat_ws('|', 'change', m.price_id, m.price_hour, epoch_us(m.valid_from))) AS key,
    abs(m.change_percent) AS size, m.price_id, m.old_price_id
FROM matching('changed') AS m, asked AS f
WHERE
    abs(m.change_percent) >= f.min_percent
    AND (f.direction = 'both' OR (f.direction = 'up') = (m.change_percent > 0));
