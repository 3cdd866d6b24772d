-- Token prices in force, in each region of a model those of one source: one that is not stale, of them the
-- one of the lowest rank. Sources cut tiers and kinds of tokens differently, so two are never mixed.
CREATE OR REPLACE MACRO token_prices_at(moment, clock) AS TABLE
WITH stated AS (
    SELECT
        p.*,
        p.attributes ->> 'model' AS model,
        src.source_rank,
        epoch_us(clock) // 86400000000 - epoch_us(p.confirmed_at) // 86400000000 > src.max_age_days AS stale
    FROM prices_as_of(moment) AS p
    JOIN sources AS src ON src.source = p.source
    WHERE p.category = 'ai' AND p.unit = 'million_tokens'
)
SELECT
    s.price_id, s.provider, s.model, s.name, s.region, s.attributes ->> 'kind' AS kind, s.tier_from, s.tier_to,
    (s.price / usd.units_per_usd)::DECIMAL(20, 10) AS price_usd_million_tokens,
    (s.attributes ->> 'context_window')::BIGINT AS context_window,
    s.price_type, s.attributes, s.source, s.source_url, s.effective_from, s.valid_from, s.as_of, s.observed_at,
    s.confirmed_at, s.stale
FROM stated AS s
JOIN fx_latest_by(moment) AS usd USING (currency)
QUALIFY rank() OVER (
    PARTITION BY s.provider, coalesce(s.model, s.price_id::VARCHAR), s.region, s.price_type
    ORDER BY s.stale, s.source_rank, s.source
) = 1;
