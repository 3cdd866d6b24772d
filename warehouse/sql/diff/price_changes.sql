SELECT
    k.provider, coalesce(k.instance_type, k.name) AS item, k.operating_system, k.region, k.purchase_option,
    k.unit, k.currency, b.price AS old_price, a.price AS new_price,
    round(100 * (a.price - b.price)::DOUBLE / nullif(b.price, 0)::DOUBLE, 2) AS change_percent
FROM (SELECT * FROM older.price_spans WHERE valid_to IS NULL) AS b
JOIN (SELECT * FROM newer.price_spans WHERE valid_to IS NULL) AS a USING (price_id)
JOIN newer.price_keys AS k USING (price_id)
WHERE a.price <> b.price
ORDER BY abs(change_percent) DESC NULLS LAST, k.provider, item, k.region
LIMIT $limit;
