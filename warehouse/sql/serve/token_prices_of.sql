-- Models are `provider/model`; null means every model, at its base tier.
SELECT
    price_id::VARCHAR AS price_id, provider, model, name, kind, tier_from, tier_to, price_usd_million_tokens,
    context_window, source, source_url, as_of, observed_at
FROM token_prices
WHERE
    ($models::VARCHAR[] IS NOT NULL OR tier_from = 0)
    AND ($models::VARCHAR[] IS NULL OR list_contains($models::VARCHAR[], provider || '/' || model))
    AND ($providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], provider))
    AND ($kind::VARCHAR IS NULL OR kind = $kind::VARCHAR)
    AND ($free::BOOLEAN OR price_usd_million_tokens > 0)
ORDER BY
    CASE WHEN $models::VARCHAR[] IS NULL THEN price_usd_million_tokens END, provider, model, kind, tier_from
LIMIT $rows::INTEGER;
