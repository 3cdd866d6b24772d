CREATE OR REPLACE TABLE token_prices AS
FROM token_prices_at('infinity'::TIMESTAMPTZ, now())
ORDER BY model, provider, region, kind, tier_from;
