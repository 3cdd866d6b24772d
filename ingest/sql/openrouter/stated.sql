-- One row a stated rate: of a model's base prices (place -1) and of each of its conditional ones, by
-- their place in the list. `variant` names the window of time, empty for any time. The factor makes of
-- dollars per token, request or search the price of the unit.
WITH meters(meter, unit_kind, unit, factor) AS (
    VALUES
        ('prompt', 'input', 'million_tokens', 1000000),
        ('completion', 'output', 'million_tokens', 1000000),
        ('input_cache_read', 'cached_input', 'million_tokens', 1000000),
        ('input_cache_write', 'cache_write', 'million_tokens', 1000000),
        ('input_cache_write_1h', 'cache_write_1h', 'million_tokens', 1000000),
        ('internal_reasoning', 'output_reasoning', 'million_tokens', 1000000),
        ('audio', 'input_audio', 'million_tokens', 1000000),
        ('audio_output', 'output_audio', 'million_tokens', 1000000),
        ('input_audio_cache', 'cache_audio_read', 'million_tokens', 1000000),
        ('request', 'requests', 'thousand_requests', 1000),
        ('web_search', 'web_searches', 'thousand_requests', 1000)
),
sold AS (
    SELECT *, coalesce(list_contains((architecture -> '$.output_modalities')::VARCHAR[], 'text'), true) AS writes
    FROM models
    WHERE (alias_target IS NULL OR json_type(alias_target) = 'NULL')
      AND (writes OR list_contains((architecture -> '$.output_modalities')::VARCHAR[], 'embeddings'))
),
entries AS (
    SELECT id, writes, -1 AS place, pricing AS entry FROM sold
    UNION ALL
    SELECT sold.id, writes, change.key::INTEGER, change.value
    FROM sold, json_each(sold.pricing, '$.overrides') AS change
    WHERE json_type(sold.pricing, '$.overrides') = 'ARRAY'
),
conditions AS (
    SELECT
        *,
        coalesce((entry ->> '$.min_prompt_tokens')::DOUBLE, 0)::BIGINT AS tier_from,
        lpad((entry ->> '$.utc_start')::DOUBLE::INTEGER::VARCHAR, 4, '0') AS starts,
        lpad((entry ->> '$.utc_end')::DOUBLE::INTEGER::VARCHAR, 4, '0') AS ends,
        left(starts, 2) || ':' || right(starts, 2) || '-' || left(ends, 2) || ':' || right(ends, 2) AS hours,
        (entry -> '$.utc_days')::VARCHAR[] AS days
    FROM entries
)
SELECT
    id, place, tier_from, hours, days,
    concat_ws(' ', array_to_string(list_transform(days, lambda day: left(day, 3)), '+'), hours) AS variant,
    meters.*,
    ((entry ->> meters.meter)::DECIMAL(38, 20) * meters.factor)::DECIMAL(20, 10) AS price
FROM conditions
JOIN meters ON (entry ->> meters.meter) IS NOT NULL
WHERE (entry ->> meters.meter)::DECIMAL(38, 20) <> -1
  AND (price <> 0 OR meters.meter = 'prompt' OR (meters.meter = 'completion' AND writes))
