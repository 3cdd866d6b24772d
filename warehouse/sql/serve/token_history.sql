-- The same of language models, `provider/model`: prices per million tokens, at the base tier.
SELECT
    p.price_id::VARCHAR AS price_id, p.provider, p.attributes ->> 'model' AS model, p.name,
    p.attributes ->> 'kind' AS kind, p.region, p.purchase_option, p.currency, p.unit, p.price, p.valid_from, p.valid_to, p.source, p.source_url, p.as_of, p.observed_at,
    p.confirmed_at, s.source_rank, s.max_age_days
FROM prices AS p
JOIN sources AS s ON s.source = p.source
WHERE
    p.category = 'ai' AND p.unit = 'million_tokens' AND p.price_type = 'list' AND p.tier_from = 0
    AND if($kind::VARCHAR IS NULL, (p.attributes ->> 'kind') IN ('input', 'output'), (p.attributes ->> 'kind') = $kind::VARCHAR)
    -- This one keeps the attributes of most rows from being read.
    AND list_contains([split_part(m, '/', 1) FOR m IN $models::VARCHAR[]], p.provider)
    AND list_contains($models::VARCHAR[], p.provider || '/' || (p.attributes ->> 'model'))
    AND ($since::TIMESTAMPTZ IS NULL OR p.valid_to IS NULL OR p.valid_to > $since::TIMESTAMPTZ)
    AND ($until::TIMESTAMPTZ IS NULL OR p.valid_from < $until::TIMESTAMPTZ)
ORDER BY p.valid_from, p.provider, p.region, p.price_id
LIMIT $rows::INTEGER;
