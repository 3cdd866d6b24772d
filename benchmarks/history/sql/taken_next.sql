SELECT k.key_no, s.price::DOUBLE AS price, s.upfront::DOUBLE AS upfront
FROM read_parquet($path) AS s
JOIN price_keys AS k
    ON (k.sku_id, k.region) = (s.sku_id, s.region)
    AND (k.term_months, k.payment, k.offering_class) IS NOT DISTINCT FROM (s.term_months, s.payment, s.offering_class)
