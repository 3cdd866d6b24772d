-- One row a stated rate per token. What the suffixes of a field mean is taken off it, the rest is the
-- meter. `rank` orders fields that say the same thing.
WITH meters(meter, unit_kind, rank) AS (
    VALUES
        ('input_cost_per_token', 'input', 1),
        ('output_cost_per_token', 'output', 1),
        ('cache_read_input_token_cost', 'cached_input', 1),
        ('input_cost_per_token_cache_hit', 'cached_input', 2),
        ('cache_creation_input_token_cost', 'cache_write', 1),
        ('output_cost_per_reasoning_token', 'output_reasoning', 1),
        ('citation_cost_per_token', 'output_citation', 1),
        ('input_cost_per_audio_token', 'input_audio', 1),
        ('output_cost_per_audio_token', 'output_audio', 1),
        ('cache_read_input_audio_token_cost', 'cache_audio_read', 1),
        ('cache_creation_input_audio_token_cost', 'cache_audio_write', 1),
        ('input_cost_per_image_token', 'input_image', 1),
        ('output_cost_per_image_token', 'output_image', 1),
        ('cache_read_input_image_token_cost', 'cache_image_read', 1),
        ('input_cost_per_video_token', 'input_video', 1),
        ('output_cost_per_video_token', 'output_video', 1)
),
documents AS (
    SELECT ('{' || entry || '}')::JSON AS document FROM entries
),
models_of AS (
    SELECT json_keys(document)[1] AS item_key, json_extract(document, '$.*')[1] AS entry
    FROM documents
    WHERE json_keys(document)[1] IN (SELECT item_key FROM models)
),
fields AS (
    SELECT item_key, field.key AS field, field.value AS stated, 0 AS starts, 1 AS place, NULL::JSON AS off_peak
    FROM models_of, json_each(models_of.entry) AS field
    UNION ALL
    SELECT item_key, field.key, field.value, (tier.value ->> '$.range[0]')::DOUBLE::BIGINT, 0, NULL
    FROM models_of, json_each(models_of.entry, '$.tiered_pricing') AS tier, json_each(tier.value) AS field
    WHERE json_type(models_of.entry, '$.tiered_pricing') = 'ARRAY'
    UNION ALL
    SELECT item_key, field.key, field.value, 0, 1, entry -> '$.off_peak_pricing.windows'
    FROM models_of, json_each(models_of.entry, '$.off_peak_pricing') AS field
    WHERE json_type(models_of.entry, '$.off_peak_pricing') = 'OBJECT'
),
read AS (
    SELECT
        * REPLACE (
            coalesce(TRY_CAST(regexp_extract(field, '_above_([0-9]+)k_tokens', 1) AS BIGINT) * 1000, starts) AS starts
        ),
        regexp_extract(field, '_above_([0-9]+)hr', 1) AS hours,
        regexp_extract(field, '_(batches|priority|flex|balanced|ultrafast|decisions)$', 1) AS way,
        regexp_replace(
            regexp_replace(field, '_above_[0-9]+(k_tokens|hr)', '', 'g'),
            '_(batches|priority|flex|balanced|ultrafast|decisions)$', ''
        ) AS meter
    FROM fields
    WHERE json_type(stated) <> 'NULL'
)
SELECT
    item_key, field, starts, way, off_peak,
    unit_kind || CASE WHEN hours = '' THEN '' ELSE '_' || hours || 'h' END AS unit_kind,
    concat_ws(
        ':', unit_kind || CASE WHEN hours = '' THEN '' ELSE '_' || hours || 'h' END,
        nullif(replace(way, 'batches', 'batch'), ''), CASE WHEN off_peak IS NOT NULL THEN 'off-peak' END
    ) AS kind,
    ((stated ->> '$')::DECIMAL(38, 20) * 1000000)::DECIMAL(20, 10) AS price
FROM read
JOIN meters USING (meter)
QUALIFY row_number() OVER (PARTITION BY item_key, kind, starts ORDER BY place, rank, field) = 1
