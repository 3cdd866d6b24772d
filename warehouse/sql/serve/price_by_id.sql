-- A price by its id, in force or as it last was, with its source and the batch that brought it.
SELECT
    p.* REPLACE (p.price_id::VARCHAR AS price_id, p.attributes::VARCHAR AS attributes),
    (p.price + coalesce(p.upfront / (p.term_months * 730), 0))::DECIMAL(20, 10) AS price_effective,
    s.title, s.licence, s.homepage, s.schedule, s.max_age_days,
    b.parser, b.verdict, b.row_count, b.quarantined, b.as_of AS batch_as_of, b.observed_at AS batch_observed_at,
    b.payloads::VARCHAR AS payloads, f.snapshot AS first_snapshot,
    (SELECT count(*) FROM price_spans AS h WHERE h.price_id = p.price_id) AS intervals
FROM prices AS p
JOIN sources AS s ON s.source = p.source
JOIN batches AS b ON b.batch_id = p.batch_id
LEFT JOIN first_snapshots AS f ON f.batch_id = p.batch_id
WHERE p.price_id = $price_id::VARCHAR::UUID
ORDER BY p.valid_from DESC
LIMIT 1;
