-- Models are `provider/model`; null means every model.
SELECT
    price_id::VARCHAR AS price_id, provider, model, name, kind, tier_from, tier_to, price_usd_million_tokens,
    context_window, source, source_url, as_of, observed_at
FROM token_prices
WHERE
    ($models::VARCHAR[] IS NULL OR provider || '/' || model IN (SELECT unnest($models::VARCHAR[])))
    AND ($providers::VARCHAR[] IS NULL OR provider IN (SELECT unnest($providers::VARCHAR[])))
    AND ($kind::VARCHAR IS NULL OR kind = $kind::VARCHAR)
ORDER BY
    CASE WHEN $models::VARCHAR[] IS NULL THEN price_usd_million_tokens END, provider, model, kind, tier_from
LIMIT $rows::INTEGER;
