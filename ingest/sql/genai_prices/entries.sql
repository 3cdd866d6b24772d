-- One row per stated price list of a model. `way`: standard (the last active one holds), window (a time
-- of day, UTC), variant (a request option such as batch processing). `started` null is undated.
WITH models AS (
    SELECT provider.value->>'id' AS provider, model.value->>'id' AS model_id, model.value AS model
    FROM feed,
         json_each(feed.document::JSON) AS provider,
         json_each(provider.value, '$.models') AS model
),
lists AS (
    SELECT models.*, 'conditional' AS way, condition.key::INTEGER AS place, condition.value AS entry
    FROM models, json_each(models.model, '$.prices') AS condition
    WHERE json_type(models.model, '$.prices') = 'ARRAY'
    UNION ALL
    SELECT models.*, 'conditional', 0, json_object('prices', model->'prices')
    FROM models
    WHERE json_type(model, '$.prices') = 'OBJECT'
    UNION ALL
    SELECT models.*, 'variant', variant.key::INTEGER, variant.value
    FROM models, json_each(models.model, '$.price_variants') AS variant
),
options AS (
    SELECT provider, model_id, place, string_agg(option.value->>'$', '-' ORDER BY option.key) AS label
    FROM lists, json_each(lists.entry, '$.when') AS option
    WHERE way = 'variant'
    GROUP BY ALL
),
windows AS (
    SELECT lists.* EXCLUDE (way),
           left(entry->>'$.constraint.start_time', 5) || '-' || left(entry->>'$.constraint.end_time', 5) AS hours,
           CASE WHEN way = 'variant' THEN 'variant' WHEN hours IS NULL THEN 'standard' ELSE 'window' END AS way
    FROM lists
)
SELECT
    provider,
    model_id,
    coalesce(model->>'name', model_id) AS name,
    (model->>'context_window')::BIGINT AS context_window,
    coalesce((model->>'deprecated')::BOOLEAN, false) AS deprecated,
    coalesce(model->>'price_comments', '') AS comments,
    way,
    place,
    (entry->>'$.constraint.start_date')::DATE AS started,
    CASE way WHEN 'variant' THEN options.label WHEN 'window' THEN hours ELSE '' END AS variant,
    CASE way WHEN 'variant' THEN entry->'when' ELSE json_object('time_of_day_utc', hours) END AS condition,
    entry->'prices' AS prices
FROM windows
LEFT JOIN options USING (provider, model_id, place)
