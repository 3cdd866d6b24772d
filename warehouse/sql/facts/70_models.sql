-- Each language model once, with its sellers from the cheapest input on.
CREATE OR REPLACE TEMP TABLE card_models AS
SELECT
    o.model_key,
    any_value(m.maker) AS maker,
    -- The ids of some sellers are no name: global.anthropic.claude-haiku-4-5-20251001-v1:0, glm-5p2.
    arg_min(
        CASE WHEN o.provider IN ('aws', 'databricks', 'fireworks') THEN o.model_key ELSE regexp_extract(o.model, '[^/]*$') END,
        (
            o.provider IN ('aws', 'databricks', 'fireworks'), o.provider IS DISTINCT FROM m.maker,
            o.provider <> 'openrouter', o.provider, o.model
        )
    ) AS model,
    string_agg(DISTINCT o.model, ', ' ORDER BY o.model) AS ids,
    string_agg(DISTINCT o.name, ', ' ORDER BY o.name) AS names,
    count(*) AS sellers,
    list(o ORDER BY o.input IS NULL, o.input, o.output, o.provider) AS offers,
    min(o.context_window) AS least_context, max(o.context_window) AS most_context,
    string_agg(DISTINCT o.source, ', ' ORDER BY o.source) AS source
FROM card_model_offers AS o
LEFT JOIN card_makers AS m USING (model_key)
GROUP BY o.model_key;
