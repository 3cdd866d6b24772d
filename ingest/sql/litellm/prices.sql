-- The rates of the models, with where a tier ends.
WITH tiers AS (
    SELECT *, lead(starts) OVER (PARTITION BY item_key, kind ORDER BY starts) AS ends_at
    FROM rates
)
SELECT
    m.provider,
    m.sku || ':' || t.kind AS sku_id,
    m.model AS name,
    m.region,
    t.starts::DECIMAL(20, 10) AS tier_from,
    t.ends_at::DECIMAL(20, 10) AS tier_to,
    'million_tokens' AS unit,
    t.field AS unit_raw,
    t.price,
    json_merge_patch(
        json_object('kind', t.kind, 'model', m.model, 'unit_kind', t.unit_kind, 'key', m.item_key),
        CASE WHEN m.context_window IS NULL THEN '{}' ELSE json_object('context_window', m.context_window) END,
        CASE t.way WHEN '' THEN '{}'
                   WHEN 'batches' THEN '{"condition": {"processing": "batch"}}'
                   ELSE json_object('condition', json_object('service_tier', t.way)) END,
        CASE WHEN t.off_peak IS NULL THEN '{}'
             ELSE json_object('condition', json_object('windows', t.off_peak::JSON)) END,
        CASE WHEN t.starts > 0 OR t.ends_at IS NOT NULL THEN '{"tier_of": "input tokens of the request"}'
             ELSE '{}' END,
        CASE WHEN m.ends IS NULL THEN '{}' ELSE json_object('expires', m.ends::VARCHAR) END
    )::VARCHAR AS attributes
FROM tiers AS t
JOIN models AS m USING (item_key)
WHERE t.price <> 0 OR t.unit_kind <> 'output'
   OR m.mode NOT IN ('embedding', 'rerank', 'evaluation', 'decisions', 'moderation', 'image_generation')
