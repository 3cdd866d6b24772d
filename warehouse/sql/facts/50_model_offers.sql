-- What each seller asks for a language model per million tokens, at the first tier: of its ids for the
-- same model the cheapest, in the region that holds everywhere or else its first. Free variants, batch
-- tiers and fine-tuned copies are no prices of the model itself.
CREATE OR REPLACE TEMP TABLE card_model_offers AS
WITH
told AS (
    SELECT
        provider, model, region,
        min(name) AS name,
        min(price_usd_million_tokens) FILTER (kind = 'input') AS input,
        min(price_usd_million_tokens) FILTER (kind = 'output') AS output,
        min(price_usd_million_tokens) FILTER (kind = 'cached_input') AS cached,
        max(context_window) AS context_window,
        day_of(min(valid_from)) AS first_since, day_of(max(valid_from)) AS last_since,
        day_of(max(confirmed_at)) AS confirmed, min(source) AS source
    FROM token_prices
    WHERE price_type = 'list' AND tier_from = 0 AND kind IN ('input', 'output', 'cached_input')
      AND price_usd_million_tokens > 0 AND model IS NOT NULL
      AND NOT regexp_matches(model, ':free$|:batch$|^ft:')
    GROUP BY provider, model, region
)
SELECT model_key(model, provider) AS model_key, *
FROM told
WHERE input IS NOT NULL OR output IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY model_key(model, provider), provider
    ORDER BY coalesce(input, output), output, model, region <> 'global', region
) = 1;
