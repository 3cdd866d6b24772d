CREATE OR REPLACE TABLE token_prices AS
SELECT
    p.price_id, p.provider, p.attributes ->> 'model' AS model, p.name,
    p.attributes ->> 'kind' AS kind, p.tier_from, p.tier_to,
    (p.price / usd.units_per_usd)::DECIMAL(20, 10) AS price_usd_million_tokens,
    (p.attributes ->> 'context_window')::BIGINT AS context_window,
    p.attributes, p.source, p.source_url, p.effective_from, p.valid_from, p.as_of, p.observed_at
FROM prices AS p
JOIN fx_latest AS usd USING (currency)
WHERE p.valid_to IS NULL AND p.category = 'ai' AND p.unit = 'million_tokens'
ORDER BY model, provider, kind, tier_from;
