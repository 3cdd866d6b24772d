CREATE TEMP TABLE numbered AS
SELECT k.key_no, l.price, l.upfront, l.region, $past + (hash(k.key_no) % 1000 < $part)::INTEGER AS earlier
FROM listed AS l
JOIN price_keys AS k
    ON (k.sku_id, k.region) = (l.sku_id, l.region)
    AND (k.term_months, k.payment, k.offering_class) IS NOT DISTINCT FROM (l.term_months, l.payment, l.offering_class);
