-- Every list price of machines as each source tells it, in force at some moment from $since until $until, with what
-- decides which source speaks of a time; a null time is none. The price is the effective one of an hour.
SELECT
    p.price_id::VARCHAR AS price_id, p.provider, p.instance_type, p.instance_type AS model, p.name, NULL AS kind, p.operating_system,
    coalesce(p.tenancy, 'shared') AS tenancy, p.region, r.name AS region_name, p.zone, p.purchase_option, p.term_months,
    p.payment, p.offering_class, p.currency, p.unit,
    (p.price + coalesce(p.upfront / (p.term_months * 730), 0))::DECIMAL(20, 10) AS price,
    p.valid_from, p.valid_to, p.source, p.source_url, p.as_of, p.observed_at, p.confirmed_at, s.source_rank, s.max_age_days
FROM prices AS p
JOIN sources AS s ON s.source = p.source
LEFT JOIN regions AS r ON r.provider = p.provider AND r.region = p.region
WHERE
    list_contains($machines::VARCHAR[], p.instance_type)
    AND ($regions::VARCHAR[] IS NULL OR list_contains($regions::VARCHAR[], p.provider || '/' || p.region))
    AND p.category = 'compute' AND p.unit = 'hour' AND p.price_type = 'list' AND p.tier_from = 0
    AND p.offering_class IS DISTINCT FROM 'dev_test'
    AND p.operating_system = $operating_system::VARCHAR
    AND coalesce(p.tenancy, 'shared') = $tenancy::VARCHAR
    AND list_contains($purchase_options::VARCHAR[], p.purchase_option)
    AND ($term_months::INTEGER IS NULL OR p.term_months = $term_months::INTEGER)
    AND ($payment::VARCHAR IS NULL OR p.payment = $payment::VARCHAR)
    AND ($since::TIMESTAMPTZ IS NULL OR p.valid_to IS NULL OR p.valid_to > $since::TIMESTAMPTZ)
    AND ($until::TIMESTAMPTZ IS NULL OR p.valid_from < $until::TIMESTAMPTZ)
ORDER BY p.valid_from, p.provider, p.region, p.price_id
LIMIT $rows::INTEGER;
