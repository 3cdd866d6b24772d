-- Models are `provider/model`; null means every model, at its base tier. Regions are `provider/region`. Of each
-- model the prices of one region: the first of those asked for that has some, else those that hold everywhere,
-- else its first region's.
WITH told AS (
    SELECT
        *,
        CASE
            WHEN list_contains($regions::VARCHAR[], provider || '/' || region) THEN 0
            WHEN region = 'global' THEN 1
            ELSE 2
        END AS distance
    FROM token_prices
    WHERE
        price_type = 'list'
        AND ($models::VARCHAR[] IS NULL OR list_contains($models::VARCHAR[], provider || '/' || model))
        AND ($providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], provider))
),
of_one_region AS (
    SELECT * FROM told QUALIFY rank() OVER (PARTITION BY provider, model ORDER BY distance, region) = 1
)
SELECT
    price_id::VARCHAR AS price_id, provider, model, name, region, kind, tier_from, tier_to, price_usd_million_tokens,
    context_window, source, source_url, as_of, observed_at, confirmed_at, stale
FROM of_one_region
WHERE
    ($models::VARCHAR[] IS NOT NULL OR tier_from = 0)
    AND ($kind::VARCHAR IS NULL OR kind = $kind::VARCHAR)
    AND ($named::VARCHAR IS NULL OR contains(lower(concat_ws(' ', model, name)), $named::VARCHAR))
    AND ($min_context::BIGINT IS NULL OR context_window >= $min_context::BIGINT)
    AND ($free::BOOLEAN OR price_usd_million_tokens > 0)
ORDER BY
    CASE WHEN $models::VARCHAR[] IS NULL THEN price_usd_million_tokens * if($dearest::BOOLEAN, -1, 1) END, provider, model, kind, tier_from
LIMIT $rows::INTEGER;
