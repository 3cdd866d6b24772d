-- The list as it stood on each day: of a model's standard entries the last active one, of its variants
-- the first active one per unit, its time windows always.
WITH firsts AS (
    SELECT provider, model_id, min(started) - INTERVAL 1 DAY AS known_from
    FROM entries
    WHERE way = 'standard'
    GROUP BY ALL
),
active AS (
    SELECT days.day, entries.*
    FROM days
    JOIN entries ON entries.started IS NULL OR entries.started <= days.day
    JOIN firsts USING (provider, model_id)
    WHERE days.complete
       OR CASE way WHEN 'standard' THEN firsts.known_from <= days.day ELSE started IS NOT NULL END
),
chosen AS (
    SELECT active.*, rates.* EXCLUDE (provider, model_id, way, place)
    FROM active
    JOIN rates USING (provider, model_id, way, place)
    QUALIFY CASE way
        WHEN 'standard' THEN place = max(place) OVER (PARTITION BY day, provider, model_id, way)
        WHEN 'variant' THEN place = min(place) OVER (PARTITION BY day, provider, model_id, way, variant, price_key)
        ELSE true
    END
),
named AS (
    SELECT *,
           CASE regexp_extract(price_key, '_(mtok|kcount|hours|mchars|kpages|gpixels)$', 1)
               WHEN 'mtok' THEN 'million_tokens'
               WHEN 'hours' THEN 'hour'
               WHEN 'kcount' THEN CASE WHEN contains(price_key, 'messages') THEN 'unit' ELSE 'thousand_requests' END
               WHEN '' THEN price_key  -- which the gate sets aside
               ELSE 'unit'
           END AS unit,
           replace(
               regexp_replace(price_key, '_(mtok|kcount|hours|mchars|kpages|gpixels)$', ''), 'cache_read', 'cached_input'
           ) AS unit_kind,
           unit_kind || CASE WHEN variant = '' THEN '' ELSE ':' || variant END AS kind
    FROM chosen
)
SELECT
    day,
    provider,
    model_id || ':' || kind AS sku_id,
    name,
    tier_from,
    tier_to,
    unit,
    price_key AS unit_raw,
    price,
    started::TIMESTAMPTZ AS effective_from,
    json_merge_patch(
        json_object('kind', kind, 'model', model_id, 'unit_kind', unit_kind),
        CASE WHEN context_window IS NULL THEN '{}' ELSE json_object('context_window', context_window) END,
        CASE WHEN variant = '' THEN '{}' ELSE json_object('condition', condition::JSON) END,
        CASE WHEN price = 0 THEN '{"free_tier": true}' ELSE '{}' END,
        CASE WHEN tier_from > 0 OR tier_to IS NOT NULL THEN '{"tier_of": "input tokens of the request"}' ELSE '{}' END,
        CASE WHEN deprecated THEN '{"deprecated": true}' ELSE '{}' END
    )::VARCHAR AS attributes
FROM named
